#pragma once
// The hash chain over events (docs/ledger.md, "The hash chain").

#include <string>
#include <string_view>

#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

/// SHA-256 over the rows of all other tables that were written with this event.
Result<std::string> rows_digest(const Database& database, std::int64_t event);

/// Appends an event. Call it last in a transaction, when the rows that belong to it are written.
Status append_event(const Database& database, std::int64_t number, Instant at, std::string_view kind,
                    const Json& detail);

/// The number that the next event will have.
Result<std::int64_t> next_event(const Database& database);

/// "ok, N events, …", or Errc::ledger naming the first row that does not follow.
Result<std::string> check_chain(const Database& database);

}  // namespace epki::ledger
