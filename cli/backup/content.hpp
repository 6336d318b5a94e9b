#pragma once
// What a backup holds: the project's files, a consistent copy of its ledger, and a list of both with their hashes.

#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/archive.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

inline constexpr const char* backup_list_name = "backup.json";
inline constexpr const char* backup_ledger_name = "ledger.db";

struct BackupContent {
  std::vector<ArchivedFile> files;        ///< the list first
  Json list;                              ///< that list
  std::vector<std::string> missing_keys;  ///< "ca/root.key": CAs whose key is not here
};

/// ec200u-pki.toml and other TOML files beside it, ca/, broker/, certs/, boot/, and the ledger, whose chain is checked.
/// Holds all of it in memory. Errc::disk for what cannot be read; Errc::ledger when the ledger is damaged: a backup of
/// that would be no comfort.
Result<BackupContent> collect_backup(const config::Project& project, ledger::Ledger& ledger, Context& context);

/// No backup is larger; in bytes.
inline constexpr std::size_t largest_backup = std::size_t{8} << 30U;
/// Opens a sealed backup and takes the archive in it apart; what was unsealed is wiped. Errc::key for a wrong
/// passphrase, Errc::input for what is no backup.
Result<std::vector<ArchivedFile>> unseal_backup(std::string_view sealed, const Secret& passphrase);

/// Whether an archive holds exactly what its list says. Errc::input otherwise. Returns the list.
Result<Json> check_backup(const std::vector<ArchivedFile>& files);

}  // namespace epki::cli
