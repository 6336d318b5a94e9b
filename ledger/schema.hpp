#pragma once
// The tables, and how a ledger of an older program becomes one of this program. docs/ledger.md explains them.

#include <cstdint>

#include "ledger/database.hpp"

namespace epki::ledger {

/// PRAGMA application_id of a ledger: "epki" in ASCII.
inline constexpr std::int64_t application_id = 0x65706b69;

/// The version of the tables that this program writes (PRAGMA user_version in SQLite).
std::int64_t schema_version();

/// Brings an empty or older database up to schema_version(), in one transaction. Two processes may call it at once.
/// Errc::ledger for one of a newer program.
Status migrate(Database& database);

/// One step: from version i to version i + 1. What was ever released is never changed.
struct SchemaStep {
  const char* sql;
  const char* sqlite_only;  ///< for rows of an older file; a PostgreSQL ledger began with all steps
};
extern const SchemaStep schema_step_1;
extern const SchemaStep schema_step_2;
extern const SchemaStep schema_step_3;
extern const SchemaStep schema_step_4;

}  // namespace epki::ledger
