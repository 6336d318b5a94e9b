#pragma once
// Rows of device_step and device as values.

#include <array>
#include <string>
#include <string_view>

#include "ledger/derived.hpp"

namespace epki::ledger {

inline constexpr std::string_view step_columns =
    "id, event, imei, phase, attempt, slot, station, job, batch, board, operator, model, firmware, status, cause, "
    "serial, "
    "at";
inline constexpr std::string_view device_columns =
    "imei, phase, attempt, slot, station, job, batch, board, operator, model, firmware, status, cause, serial, "
    "first_seen, updated, attempts, passes, step";

/// The row that a cursor over step_columns stands on. Its operator is a token.
Result<StepRow> step_of(const Database& database, const Statement& row);
/// The same over device_columns.
Result<Device> device_of(const Database& database, const Statement& row);

/// The sixteen texts of device_columns, in that order.
std::array<std::string, 16> device_texts(const Device& device);
/// Writes all device_columns.
std::string upsert_device_sql();

/// How a device stands after a step. `device` with position 0 was never seen.
Device after_step(Device device, const StepRow& row, std::int64_t position);

}  // namespace epki::ledger
