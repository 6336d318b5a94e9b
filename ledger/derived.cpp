#include "ledger/derived.hpp"

#include <array>
#include <map>
#include <tuple>

#include "ledger/device_rows.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

using TallyKey = std::tuple<std::string, std::string, std::string, std::string, std::string>;
using DayKey = std::tuple<std::string, std::string, std::string, std::string>;
struct DaySums {
  std::int64_t passed = 0, failed = 0, first_time = 0;
  bool operator==(const DaySums&) const = default;
};

TallyKey tally_key(const Device& device) {
  return {device.station, device.job, device.batch, std::string(word(device.phase)), std::string(word(device.attempt))};
}

DayKey day_key(const Device& device) {
  return {rfc3339(device.updated).substr(0, 10), device.station, device.job, device.batch};
}

DaySums day_sums(const Device& device) {
  const bool passed = device.attempt == Attempt::passed;
  return {passed ? 1 : 0, device.attempt == Attempt::failed ? 1 : 0, passed && device.attempts == 1 ? 1 : 0};
}

Status move_tally(Database& database, const TallyKey& key, int by) {
  Statement add(database,
                "INSERT INTO tally (station, job, batch, phase, attempt, devices) VALUES (?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (station, job, batch, phase, attempt) DO UPDATE SET devices = tally.devices +"
                " excluded.devices");
  const auto& [station, job, batch, phase, attempt] = key;
  return add.bind(1, station).bind(2, job).bind(3, batch).bind(4, phase).bind(5, attempt).bind(6, by).later();
}

Status count_output(Database& database, const Device& device) {
  Statement add(database,
                "INSERT INTO output (day, station, job, batch, passed, failed, first_time) VALUES (?, ?, ?, ?, ?, ?, ?)"
                " ON CONFLICT (day, station, job, batch) DO UPDATE SET passed = output.passed + excluded.passed,"
                " failed = output.failed + excluded.failed, first_time = output.first_time + excluded.first_time");
  const auto [day, station, job, batch] = day_key(device);
  const auto sums = day_sums(device);
  return add.bind(1, day)
      .bind(2, station)
      .bind(3, job)
      .bind(4, batch)
      .bind(5, sums.passed)
      .bind(6, sums.failed)
      .bind(7, sums.first_time)
      .later();
}

void take(std::string& into, const std::string& from) {
  if (!from.empty()) into = from;
}

Status store(Database& database, const Device& device) {
  static const std::string sql = upsert_device_sql();
  Statement upsert(database, sql);
  int place = 1;
  for (const auto& text : device_texts(device)) upsert.bind(place++, text);
  return upsert.bind(place, device.attempts).bind(place + 1, device.passes).bind(place + 2, device.position).later();
}

Error not_derived(const Database& database, const std::string& what) {
  return {Errc::ledger, database.name() + " was changed: " + what + " does not follow from the steps recorded",
          "compare with a backup"};
}

// What the computed tables must hold, counted again from the steps.
struct Counted {
  std::map<TallyKey, std::int64_t> tally;
  std::map<DayKey, DaySums> output;
};

// Both in the order of IMEIs: constant memory.
Status compare_devices(Database& database, Counted& counted) {
  Statement steps(database, "SELECT " + std::string(step_columns) + " FROM device_step ORDER BY imei, id",
                  Expect::many);
  Statement devices(database, "SELECT " + std::string(device_columns) + " FROM device ORDER BY imei", Expect::many);
  std::optional<Device> folded;
  const auto compare = [&]() -> Status {
    if (!folded) return success();
    const auto there = devices.next();
    if (!there) return there.error();
    if (!*there) return not_derived(database, "the missing device " + folded->imei);
    const auto stored = device_of(database, devices);
    if (!stored) return stored.error();
    if (device_texts(*stored) != device_texts(*folded) || stored->attempts != folded->attempts ||
        stored->passes != folded->passes || stored->position != folded->position)
      return not_derived(database, "device " + stored->imei);
    ++counted.tally[tally_key(*folded)];
    return success();
  };
  auto walked = for_rows(steps, [&]() -> Status {
    const auto row = step_of(database, steps);
    if (!row) return row.error();
    if (folded && folded->imei != row->step.imei) {
      if (auto same = compare(); !same) return same;
      folded.reset();
    }
    folded = after_step(folded.value_or(Device{}), *row, steps.number(0));
    if (folded->attempt == Attempt::running) return success();
    auto& sums = counted.output[day_key(*folded)];
    const auto one = day_sums(*folded);
    sums = {sums.passed + one.passed, sums.failed + one.failed, sums.first_time + one.first_time};
    return success();
  });
  if (!walked) return walked;
  if (auto same = compare(); !same) return same;
  const auto more = devices.next();
  if (!more) return more.error();
  return *more ? Status(not_derived(database, "device " + devices.text(0))) : success();
}

Status compare_counters(Database& database, const Counted& counted) {
  std::map<TallyKey, std::int64_t> tally;
  Statement cells(database, "SELECT station, job, batch, phase, attempt, devices FROM tally WHERE devices <> 0");
  auto read = for_rows(cells, [&]() -> Status {
    tally[{cells.text(0), cells.text(1), cells.text(2), cells.text(3), cells.text(4)}] = cells.number(5);
    return success();
  });
  if (!read) return read;
  if (tally != counted.tally) return not_derived(database, "the table tally");
  std::map<DayKey, DaySums> output;
  Statement days(database, "SELECT day, station, job, batch, passed, failed, first_time FROM output");
  read = for_rows(days, [&]() -> Status {
    output[{days.text(0), days.text(1), days.text(2), days.text(3)}] = {days.number(4), days.number(5), days.number(6)};
    return success();
  });
  if (!read) return read;
  return output == counted.output ? success() : Status(not_derived(database, "the table output"));
}

}  // namespace

Device after_step(Device device, const StepRow& row, std::int64_t position) {
  const auto& step = row.step;
  if (device.position == 0) {
    device.imei = step.imei;
    device.first_seen = row.at;
  }
  if (step.phase == Phase::found) {
    // A cut attempt that goes on is still the same one.
    if (device.position == 0 || device.attempt != Attempt::running) ++device.attempts;
    device.status.clear();
    device.cause.clear();
  } else if (device.attempts == 0) {
    device.attempts = 1;  // begun where this ledger did not hear of it
  }
  device.phase = step.phase;
  device.attempt = step.attempt;
  if (step.attempt == Attempt::passed) ++device.passes;
  take(device.slot, step.slot);
  take(device.station, step.station);
  take(device.job, step.job);
  take(device.batch, step.batch);
  take(device.board, step.board);
  take(device.operator_name, step.operator_name);
  take(device.model, step.model);
  take(device.firmware, step.firmware);
  take(device.status, step.status);
  take(device.cause, step.cause);
  take(device.serial, step.serial);
  device.updated = row.at;
  device.position = position;
  return device;
}

Status apply_step(Writing& writing, const StepRow& row) {
  const auto& s = row.step;
  const auto at = rfc3339(row.at);
  auto& database = writing.database();
  const auto before = stored_device(database, s.imei);
  if (!before) return before.error();
  const auto id = writing.add_later(table::device_step,
                                    {s.imei, word(s.phase), word(s.attempt), s.slot, s.station, s.job, s.batch, s.board,
                                     s.operator_name, s.model, s.firmware, s.status, s.cause, s.serial, at});
  if (!id) return id.error();
  const auto after = after_step(*before, row, *id);
  if (auto stored = store(database, after); !stored) return stored;
  if (before->position == 0 || tally_key(*before) != tally_key(after)) {
    if (before->position != 0)
      if (auto moved = move_tally(database, tally_key(*before), -1); !moved) return moved;
    if (auto moved = move_tally(database, tally_key(after), 1); !moved) return moved;
  }
  return after.attempt == Attempt::running ? success() : count_output(database, after);
}

Status check_derived(Database& database) {
  Counted counted;
  if (auto same = compare_devices(database, counted); !same) return same;
  return compare_counters(database, counted);
}

}  // namespace epki::ledger
