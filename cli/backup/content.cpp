#include "cli/backup/content.hpp"

#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "cli/certs/revocation_lists.hpp"
#include "cli/ledger_place.hpp"
#include "cli/version.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "ledger/snapshot.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/envelope.hpp"

namespace epki::cli {

namespace backup_content {

namespace fs = std::filesystem;

constexpr std::size_t largest_file = std::size_t{2} << 30U;

Status add_file(const config::Project& project, const fs::path& file, std::vector<ArchivedFile>& into) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return disk_error("reading", file, errno);
  auto content = read_file(file, largest_file);
  if (!content) return std::move(content).error();
  into.emplace_back(file.lexically_relative(project.folder).string(), facts.st_mode & 0777U, *std::move(content));
  return success();
}

Status add_folder(const config::Project& project, const fs::path& folder, const Cancel& cancel,
                  std::vector<ArchivedFile>& into) {
  std::error_code failed;
  if (!fs::is_directory(folder, failed)) return success();
  for (fs::recursive_directory_iterator at(folder, failed), end; !failed && at != end; at.increment(failed)) {
    if (cancel.requested()) return interrupted();
    if (at->is_regular_file(failed) && !at->is_symlink(failed))
      if (auto added = add_file(project, at->path(), into); !added) return added;
  }
  if (failed) return disk_error("reading", folder, failed.value());
  return success();
}

Status add_settings(const config::Project& project, std::vector<ArchivedFile>& into) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(project.folder, failed))
    if (entry.path().extension() == ".toml" && entry.is_regular_file(failed))
      if (auto added = add_file(project, entry.path(), into); !added) return added;
  if (failed) return disk_error("reading", project.folder, failed.value());
  return success();
}

// The copy is opened and its chain walked: what is sealed is what was checked.
Result<Json> add_ledger(ledger::Ledger& ledger, Context& context, std::vector<ArchivedFile>& into) {
  auto folder = TemporaryFolder::make("ec200u-pki-backup");
  if (!folder) return std::move(folder).error();
  const auto file = folder->path() / backup_ledger_name;
  if (auto made = ledger::snapshot_to(ledger, file); !made) return std::move(made).error();
  auto bytes = read_file(file, largest_file);
  if (!bytes) return std::move(bytes).error();
  auto copy = ledger::Ledger::open(file, context.clock);
  if (!copy) return std::move(copy).error();
  const auto checked = ledger::Audit(*copy).check();
  if (!checked) return Error(checked.error()).during("checking the ledger before it is backed up");
  into.emplace_back(backup_ledger_name, 0600, *std::move(bytes));
  return Json::object({{"events", checked->events}, {"last_hash", checked->last_hash}});
}

Result<std::vector<std::string>> missing_keys(const config::Project& project) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  std::vector<std::string> missing;
  for (const auto& ca : *cas)
    if (!ca.key_here) missing.push_back("ca/" + ca.name + ".key");
  return missing;
}

}  // namespace backup_content

Result<BackupContent> collect_backup(const config::Project& project, ledger::Ledger& ledger, Context& context) {
  using namespace backup_content;
  BackupContent content;
  auto missing = missing_keys(project);
  if (!missing) return std::move(missing).error();
  content.missing_keys = *std::move(missing);
  context.reporter.step("checking the ledger");
  const auto ledger_facts = add_ledger(ledger, context, content.files);
  if (!ledger_facts) return ledger_facts.error();
  if (auto added = add_settings(project, content.files); !added) return std::move(added).error();
  for (const char* folder : {"ca", "broker", "certs", "boot"})
    if (auto added = add_folder(project, project.folder / folder, context.cancel, content.files); !added)
      return std::move(added).error();
  Json files = Json::array();
  for (const auto& file : content.files)
    files.push(Json::object({{"name", file.name},
                             {"size", static_cast<std::int64_t>(file.content.size())},
                             {"sha256", ossl::sha256_hex(as_bytes(file.content))}}));
  content.list = Json::object({{"format", 1},
                               {"project", project.ca.name},
                               {"at", rfc3339(context.clock.now())},
                               {"tool", std::string("ec200u-pki ") + version},
                               {"station", name_of_this_station()},
                               {"ledger", *ledger_facts},
                               {"files", std::move(files)}});
  content.files.emplace(content.files.begin(), backup_list_name, 0600, content.list.dump());
  return content;
}

Result<std::vector<ArchivedFile>> unseal_backup(std::string_view sealed, const Secret& passphrase) {
  auto opened = ossl::open_envelope(sealed, passphrase);
  if (!opened) return std::move(opened).error();
  auto files = read_archive(*opened);
  wipe(std::as_writable_bytes(std::span(*opened)));
  return files;
}

Result<Json> check_backup(const std::vector<ArchivedFile>& files) {
  const Error damaged{Errc::input, "the backup does not hold what its list says", "use another copy of it"};
  if (files.empty() || files.front().name != backup_list_name) return damaged;
  auto list = Json::parse(files.front().content);
  if (!list) return damaged;
  if ((*list)["format"].integer() != 1)
    return Error{Errc::input, "the backup is of a newer program",
                 "restore it with that program: " + (*list)["tool"].text_or("unknown")};
  const auto& listed = (*list)["files"].items();
  if (listed.size() + 1 != files.size()) return damaged;
  for (std::size_t i = 0; i < listed.size(); ++i) {
    const auto& file = files[i + 1];
    if (listed[i]["name"].text() != file.name || listed[i]["sha256"].text() != ossl::sha256_hex(as_bytes(file.content)))
      return damaged;
  }
  return list;
}

}  // namespace epki::cli
