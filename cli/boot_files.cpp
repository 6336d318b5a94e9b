#include "cli/boot_files.hpp"

#include <algorithm>

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

Status BootFiles::write_all(const Paths& paths, const Texts& texts) {
  for (std::size_t i = 0; i < paths.size(); ++i)
    if (auto written = write_if_other(paths[i], texts[i]); !written) return written;
  return success();
}

/// Of a file that is not there, a time that no file has.
BootFiles::Times BootFiles::times_of(const Paths& paths) {
  Times times;
  std::error_code missing;
  std::ranges::transform(paths, times.begin(), [&](const auto& path) {
    const auto time = std::filesystem::last_write_time(path, missing);
    return missing ? Times::value_type::min() : time;
  });
  return times;
}

Status BootFiles::write(const config::Project& project, plan::DeviceReport& report) {
  if (!report.boot) return success();
  const auto folder = project.folder / plan::boot_folder;
  if (auto made = make_folder(folder); !made) return made;
  // A device with a certificate of its own has a sequence of its own: it names the file.
  const auto stem = plan::boot_stem(*report.boot, report.client ? report.identity.imei : std::string());
  const auto texts = texts_of(*report.boot);
  Paths paths;
  for (std::size_t i = 0; i < endings.size(); ++i) paths[i] = folder / (stem + endings[i]);
  if (auto written = report.client ? write_all(paths, texts) : write_shared(paths, texts); !written) return written;
  for (const auto& path : paths) report.boot_files.push_back(path.string());
  return success();
}

// Hundreds of boards that end at once would each read, or even write and flush, the same four files.
Status BootFiles::write_shared(const Paths& paths, const Texts& texts) {
  const std::lock_guard guard(writing_);
  if (written_ == paths && written_texts_ == texts && written_at_ == times_of(paths)) return success();
  if (auto written = write_all(paths, texts); !written) return written;
  written_ = paths;
  written_texts_ = texts;
  written_at_ = times_of(paths);
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
