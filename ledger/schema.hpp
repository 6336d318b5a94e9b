#pragma once
// The tables, and how a file of an older program becomes one of this program. docs/ledger.md explains them.

#include "ledger/sqlite.hpp"

namespace epki::ledger {

/// PRAGMA application_id of a ledger: "epki" in ASCII.
inline constexpr std::int64_t application_id = 0x65706b69;

/// PRAGMA user_version of a ledger that this program writes.
std::int64_t schema_version();

/// Brings an empty or older database up to schema_version(), in one transaction. Two processes may call it at once.
Status migrate(Database& database);

}  // namespace epki::ledger
