#pragma once
// The project as it will be after the roll-over, in rollover/: the next root, a broker certificate under it, and a
// broker configuration on a port of its own. Its ledger is the project's own.

#include <filesystem>

#include "cli/context.hpp"
#include "cli/keyring.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

std::filesystem::path next_folder(const config::Project& project);

/// Makes the folder. `root_key` is where the standby root's key is for this once. Records what it issues before it
/// writes. Errc::input when there is no standby root or the folder exists.
Status make_next(const config::Project& project, std::int64_t port, const std::filesystem::path& root_key,
                 Keyring& keyring, ledger::Ledger& ledger);

/// Puts the next root and the next broker certificate in the places of the old ones, which stay beside as
/// ca/old-root-*. Every step looks first whether it is done, so that a cut run is finished by the next.
Status put_in_place(const config::Project& project, Context& context);

}  // namespace epki::cli
