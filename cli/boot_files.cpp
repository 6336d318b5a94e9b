#include "cli/boot_files.hpp"

#include "core/file.hpp"

namespace epki::cli {

namespace {

constexpr std::array<const char*, 4> endings = {".txt", ".h", ".json", ".script"};

/// Boards of one kind have one sequence: what stands there already is not written and flushed again for each.
Status write_if_other(const std::filesystem::path& path, const std::string& text) {
  if (const auto there = read_file(path); there && *there == text) return success();
  return replace_file(path, text, 0644);
}

}  // namespace

Status BootFiles::write(const config::Project& project, plan::DeviceReport& report) {
  if (!report.boot) return success();
  const auto folder = project.folder / plan::boot_folder;
  if (auto made = make_folder(folder); !made) return made;
  // A device with a certificate of its own has a sequence of its own: it names the file.
  const auto stem = plan::boot_stem(*report.boot, report.client ? report.identity.imei : std::string());
  const auto texts = texts_of(*report.boot);
  for (std::size_t i = 0; i < endings.size(); ++i) {
    const auto path = folder / (stem + endings[i]);
    if (auto written = write_if_other(path, texts[i]); !written) return written;
    report.boot_files.push_back(path.string());
  }
  return success();
}

BootFiles::Texts BootFiles::texts_of(const plan::BootSequence& sequence) {
  const std::lock_guard guard(mutex_);
  if (last_ == sequence) return texts_;
  last_ = sequence;
  texts_ = {plan::boot_text(sequence), plan::boot_c_header(sequence), plan::boot_json(sequence).dump() + "\n",
            plan::boot_script(sequence)};
  return texts_;
}

}  // namespace epki::cli
