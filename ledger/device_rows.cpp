#include "ledger/device_rows.hpp"

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

Error strange(const Database& database, const std::string& imei) {
  return {Errc::ledger, database.name() + " holds a word it cannot read for device " + imei,
          "ec200u-pki ledger check names the row"};
}

}  // namespace

Result<StepRow> step_of(const Database& database, const Statement& row) {
  const auto phase = parse_phase(row.text(3));
  const auto attempt = parse_attempt(row.text(4));
  if (!phase || !attempt) return strange(database, row.text(2));
  const auto at = stored_instant(database, row.text(16));
  if (!at) return at.error();
  DeviceStep step{.imei = row.text(2), .phase = *phase, .attempt = *attempt};
  int column = 5;
  for (auto* text : {&step.slot, &step.station, &step.job, &step.batch, &step.board, &step.operator_name, &step.model,
                     &step.firmware, &step.status, &step.cause, &step.serial})
    *text = row.text(column++);
  return StepRow{std::move(step), *at};
}

Result<Device> device_of(const Database& database, const Statement& row) {
  Device device;
  device.imei = row.text(0);
  const auto phase = parse_phase(row.text(1));
  const auto attempt = parse_attempt(row.text(2));
  if (!phase || !attempt) return strange(database, device.imei);
  device.phase = *phase;
  device.attempt = *attempt;
  int column = 3;
  for (auto* text : {&device.slot, &device.station, &device.job, &device.batch, &device.board, &device.operator_name,
                     &device.model, &device.firmware, &device.status, &device.cause, &device.serial})
    *text = row.text(column++);
  const auto first = stored_instant(database, row.text(14));
  if (!first) return first.error();
  const auto updated = stored_instant(database, row.text(15));
  if (!updated) return updated.error();
  device.first_seen = *first;
  device.updated = *updated;
  device.attempts = row.number(16);
  device.passes = row.number(17);
  device.position = row.number(18);
  return device;
}

std::array<std::string, 16> device_texts(const Device& device) {
  return {device.imei,
          std::string(word(device.phase)),
          std::string(word(device.attempt)),
          device.slot,
          device.station,
          device.job,
          device.batch,
          device.board,
          device.operator_name,
          device.model,
          device.firmware,
          device.status,
          device.cause,
          device.serial,
          rfc3339(device.first_seen),
          rfc3339(device.updated)};
}

std::string upsert_device_sql() {
  std::string places, sets;
  std::string_view rest = device_columns;
  while (!rest.empty()) {
    const auto comma = rest.find(", ");
    auto name = std::string(rest.substr(0, comma));
    rest = comma == std::string_view::npos ? std::string_view{} : rest.substr(comma + 2);
    places += places.empty() ? "?" : ", ?";
    if (name == "imei" || name == "first_seen") continue;
    if (!sets.empty()) sets += ", ";
    sets.append(name).append(" = excluded.").append(name);
  }
  return "INSERT INTO device (" + std::string(device_columns) + ") VALUES (" + places +
         ") ON CONFLICT (imei) DO UPDATE SET " + sets;
}

Result<Device> stored_device(Database& database, std::string_view imei) {
  Statement row(database, "SELECT " + std::string(device_columns) + " FROM device WHERE imei = ?");
  const auto found = row.bind(1, imei).next();
  if (!found) return found.error();
  return *found ? device_of(database, row) : Result<Device>(Device{});
}

}  // namespace epki::ledger
