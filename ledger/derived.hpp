#pragma once
// What is computed from the rows: a device as it stands, and the counters of the dashboard.

#include <functional>
#include <string_view>

#include "ledger/devices.hpp"
#include "ledger/writing.hpp"

namespace epki::ledger {

/// A step with its operator as a token, as its row holds it.
struct StepRow {
  DeviceStep step;  ///< operator_name is a token here
  Instant at;
};

/// Records the row of a step, and brings `device`, `tally` and `output` up to date. The step was judged possible
/// before; one that was made elsewhere meanwhile (a merge) is taken as it comes.
Status apply_step(Writing& writing, const StepRow& step);

/// The stored device, its operator a token; position 0 when there is none.
Result<Device> stored_device(Database& database, std::string_view imei);

/// Errc::ledger when the computed tables do not follow from the rows.
Status check_derived(Database& database);

/// Everything that can be checked without a head, in a read transaction of the caller's: what the database says of its
/// own storage, the chain, the names, the computed tables.
Result<Walk> check_all(Database& database, std::int64_t sought, const Progress& progress);

/// 32 hex digits, made with the ledger.
Result<std::string> ledger_id(Database& database);

/// Events from `from` on, of that kind unless it is empty, at most `limit` (0: all), names in place of tokens.
Status read_events(Database& database, std::int64_t from, std::string_view kind, std::size_t limit,
                   const std::function<Result<bool>(const Event& event)>& each);
/// The same, of the kinds batch_held and batch_released, all of them.
Status read_holds(Database& database, std::int64_t from, const std::function<Result<bool>(const Event& event)>& each);

}  // namespace epki::ledger
