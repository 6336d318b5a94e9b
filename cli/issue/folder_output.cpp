#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <optional>
#include <system_error>
#include <thread>

#include "cli/issue/output.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

// Not for the processor but for the disk: syncs that run side by side share one commit of its journal.
constexpr std::size_t writers = 16;

class FolderOutput final : public Output {
 public:
  explicit FolderOutput(fs::path folder) : folder_(std::move(folder)) {}
  Status claim(NameList& list, const Cancel& cancel) override;
  Result<std::vector<bool>> take_up(std::span<const ListedName> group, std::size_t before, bool all) override;
  Status deliver(std::span<const Delivery> identities) override;
  std::vector<std::string> standing(NameList& list, const Cancel& cancel) const override;
  Status finish() override { return sync_folder_of(folder_ / "x"); }
  fs::path certificate_of(std::string_view name) const override { return of(name, ".pem"); }
  fs::path key_of(std::string_view name) const override { return of(name, ".key"); }

 private:
  fs::path of(std::string_view name, std::string_view ending) const {
    const auto stem = file_stem(name);
    return folder_ / stem / (stem + std::string(ending));
  }
  Status write_one(const Delivery& identity) const;
  bool whole(std::string_view name) const;

  fs::path folder_;
};

Status FolderOutput::claim(NameList& list, const Cancel& cancel) {
  for (;;) {
    if (cancel.requested()) return interrupted();
    const auto rows = list.next(1000);
    if (!rows) return rows.error();
    if (rows->empty()) break;
    for (const auto& row : *rows)
      for (const auto& file : {certificate_of(row.name), key_of(row.name)})
        if (std::error_code ignored; fs::exists(fs::symlink_status(file, ignored)))
          return Error{Errc::disk, file.string() + " exists: " + visible(row.name) + " has an identity there already",
                       "nothing was issued and nothing is overwritten: name another place with --out, or move it away"};
  }
  if (auto back = list.rewind(); !back) return back;
  return make_folder(folder_);
}

// The certificate is written last, so one that ends as it should stands beside a whole key.
bool FolderOutput::whole(std::string_view name) const {
  std::error_code ignored;
  if (fs::file_size(key_of(name), ignored) == 0 || ignored) return false;
  const auto text = read_file(certificate_of(name), 1U << 20U);
  return text && text->ends_with("-----END CERTIFICATE-----\n");
}

std::vector<std::string> FolderOutput::standing(NameList& list, const Cancel& cancel) const {
  std::string first, last;
  if (!list.rewind()) return {};
  for (;;) {
    const auto rows = list.next(1000);
    if (!rows || cancel.requested()) return {};
    if (rows->empty()) break;
    for (const auto& row : *rows)
      if (!whole(row.name)) return {};
    if (first.empty()) first = rows->front().name;
    last = rows->back().name;
  }
  std::vector<std::string> ends;
  for (const auto& name : {first, last}) {
    auto pem = read_file(certificate_of(name), 1U << 20U);
    if (!pem) return {};
    ends.push_back(*std::move(pem));
  }
  return ends;
}

Result<std::vector<bool>> FolderOutput::take_up(std::span<const ListedName> group, std::size_t /*before*/,
                                                bool /*all*/) {
  std::vector<bool> delivered(group.size());
  for (std::size_t i = 0; i < group.size(); ++i) {
    delivered[i] = whole(group[i].name);
    if (delivered[i]) continue;
    for (const auto& file : {certificate_of(group[i].name), key_of(group[i].name)})
      if (::unlink(file.c_str()) != 0 && errno != ENOENT && errno != ENOTDIR)
        return disk_error("removing what was cut,", file, errno);
  }
  if (auto made = make_folder(folder_); !made) return std::move(made).error();
  return delivered;
}

Status FolderOutput::write_one(const Delivery& identity) const {
  if (auto made = make_folder(folder_ / file_stem(identity.name)); !made) return made;
  if (auto written = write_new_file(key_of(identity.name), identity.key, 0600, Sync::file); !written) return written;
  const auto shown = std::string(identity.certificate).append(identity.chain);
  return write_new_file(certificate_of(identity.name), shown, 0644);
}

Status FolderOutput::deliver(std::span<const Delivery> identities) {
  const std::size_t shares = std::min(writers, identities.size());
  std::vector<std::optional<Error>> failed(shares);
  const auto work = [&](std::size_t share) {
    const std::size_t end = identities.size() * (share + 1) / shares;
    for (std::size_t i = identities.size() * share / shares; i < end && !failed[share]; ++i)
      if (auto written = write_one(identities[i]); !written) failed[share] = std::move(written).error();
  };
  {
    std::vector<std::jthread> others;
    for (std::size_t share = 1; share < shares; ++share) others.emplace_back(work, share);
    if (shares > 0) work(0);
  }
  for (auto& error : failed)
    if (error) return *std::move(error);
  return success();
}

}  // namespace

std::string file_stem(std::string_view name) {
  std::string stem(name);
  std::replace(stem.begin(), stem.end(), '*', '_');
  return stem;
}

Status check_file_stem(std::string_view name) {
  if (!name.starts_with('.') && !name.starts_with('-')) return success();
  return Error{Errc::usage, "\"" + visible(name) + "\" cannot be the name of a folder",
               "names that begin with a dot or a hyphen are not taken: files of such names get lost"};
}

std::unique_ptr<Output> folder_output(fs::path folder) {
  return std::make_unique<FolderOutput>(std::move(folder));
}

}  // namespace epki::cli
