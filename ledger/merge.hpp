#pragma once
// What a station recorded while the database was away, brought into it.

#include <string>

#include "core/random.hpp"
#include "ledger/database.hpp"

namespace epki::ledger {

/// Whether an event with this key is there.
Result<bool> has_event(Database& database, const std::string& key);

/// How many events of the local journal the database does not have, as far as the local journal knows.
Result<std::int64_t> unmerged_events(Database& local);

/// A local journal is asked for the rows of one event after another, which no other ledger is.
Status index_for_merging(Database& local);

/// Brings the oldest of them into the database, exactly once however often it is tried; false when there is none left.
/// Errc::ledger when the local journal was changed: nothing of the changed event is taken over. What cannot be recorded
/// because the database holds something else under the same number leaves an event `merge-conflict` with all its rows.
Result<bool> merge_next(Database& local, Database& into, RandomSource& random);

}  // namespace epki::ledger
