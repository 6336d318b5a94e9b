#pragma once
// A project's files from a backup, put into place whole or not at all.

#include <filesystem>
#include <functional>
#include <vector>

#include "core/archive.hpp"
#include "core/result.hpp"

namespace epki::cli {

/// Writes the files below <folder>/.ec200u-pki/restore, lets `prepare` finish them there (the ledger, above all), and
/// moves them into `folder`, ec200u-pki.toml last: until then there is no project. A run that was cut is cleared away
/// by the next one. Errc::input when the folder holds a project already; nothing is overwritten.
Status restore_files(const std::vector<ArchivedFile>& files, const std::filesystem::path& folder,
                     const std::function<Status(const std::filesystem::path& staged)>& prepare);

}  // namespace epki::cli
