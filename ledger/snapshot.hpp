#pragma once
// The whole ledger at one moment, for a backup or for a move to another back end.

#include <filesystem>
#include <string>

#include "ledger/ledger.hpp"

namespace epki::ledger {

/// Writes a consistent copy to a file that must not exist yet (an SQLite ledger, mode 0600), while others write on. A
/// PostgreSQL ledger comes out as such a file too.
Status snapshot_to(Ledger& ledger, const std::filesystem::path& file);

/// The bytes of such a file, for a backup that encrypts them. Holds them in memory: as large as the ledger.
Result<std::string> snapshot(Ledger& ledger);

/// Fills a ledger that has no event yet with everything of another (a snapshot, or one that moves to PostgreSQL), then
/// checks the chain. Errc::ledger when the target is not empty.
Status copy(Ledger& from, Ledger& into);

}  // namespace epki::ledger
