#include "ledger/devices.hpp"

#include <algorithm>

#include "ledger/derived.hpp"
#include "ledger/device_rows.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

Error no_imei(std::string_view imei) {
  return {Errc::internal, "no device can be recorded under the IMEI \"" + std::string(imei) + "\""};
}

bool is_imei(std::string_view text) {
  return !text.empty() && text.size() <= 32 && text.find('\n') == std::string_view::npos;
}

// The step as its row holds it: with the operator as a token, and the event's operator and station where it names none.
Result<StepRow> row_for(Writing& writing, DeviceStep step) {
  if (!is_imei(step.imei)) return no_imei(step.imei);
  if (step.operator_name.empty()) {
    step.operator_name = writing.operator_token();
  } else {
    auto token = token_of(writing.database(), writing.random(), step.operator_name);
    if (!token) return std::move(token).error();
    step.operator_name = std::move(*token);
  }
  if (step.station.empty()) step.station = writing.station();
  return StepRow{std::move(step), writing.at()};
}

Status refuse_impossible(Ledger::Impl& impl, Writing& writing, const DeviceStep& step) {
  if (step.attempt == Attempt::passed && step.phase != Phase::recorded)
    return Error{Errc::internal,
                 "device " + step.imei + " cannot have passed in phase " + std::string(word(step.phase))};
  const auto before = stored_device(writing.database(), step.imei);
  if (!before) return before.error();
  // The local journal may not have heard how the attempt began.
  if (before->position == 0 && &writing.database() == impl.local.get()) return success();
  if (before->position == 0 || before->attempt != Attempt::running)
    return Error{Errc::ledger, "no attempt is running for device " + step.imei, "begin one: plug the device in again"};
  if (step.phase < before->phase)
    return Error{Errc::ledger,
                 "device " + step.imei + " cannot go back from " + std::string(word(before->phase)) + " to " +
                     std::string(word(step.phase)),
                 "begin a new attempt: plug the device in again"};
  return success();
}

Result<std::optional<Device>> board_holder(Database& database, std::string_view board) {
  if (board.empty()) return std::optional<Device>{};
  Statement row(database, "SELECT " + std::string(device_columns) + " FROM device WHERE board = ? ORDER BY step DESC");
  const auto found = row.bind(1, board).next();
  if (!found) return found.error();
  if (!*found) return std::optional<Device>{};
  auto device = device_of(database, row);
  if (!device) return std::move(device).error();
  return std::optional(std::move(*device));
}

Status name_operator(Names& names, Device& device) {
  auto name = names.name_of(device.operator_name);
  if (!name) return std::move(name).error();
  device.operator_name = std::move(*name);
  return success();
}

Status name_operator(Names& names, std::optional<Device>& device) {
  return device ? name_operator(names, *device) : success();
}

bool stops(Oddity oddity, const std::vector<Oddity>& accepted) {
  return oddity != Oddity::resumed && oddity != Oddity::history_unknown &&
         std::find(accepted.begin(), accepted.end(), oddity) == accepted.end();
}

bool any_stops(const std::vector<Oddity>& oddities, const std::vector<Oddity>& accepted) {
  return std::any_of(oddities.begin(), oddities.end(), [&](Oddity oddity) { return stops(oddity, accepted); });
}

std::vector<Oddity> oddities_of(const DeviceStep& found, const Arrival& arrival, bool history_unknown) {
  std::vector<Oddity> odd;
  if (history_unknown) odd.push_back(Oddity::history_unknown);
  if (const auto& before = arrival.before) {
    const bool here = before->slot == found.slot && before->station == found.station;
    if (before->attempt == Attempt::running) odd.push_back(here ? Oddity::resumed : Oddity::elsewhere);
    if (before->passes > 0) odd.push_back(Oddity::already_provisioned);
    if (!before->batch.empty() && !found.batch.empty() && before->batch != found.batch)
      odd.push_back(Oddity::other_batch);
    if (!before->board.empty() && !found.board.empty() && before->board != found.board)
      odd.push_back(Oddity::another_board);
  }
  if (arrival.owner_of_board) odd.push_back(Oddity::board_of_another_device);
  return odd;
}

Json words_of(const std::vector<Oddity>& oddities) {
  Json all = Json::array();
  for (const auto oddity : oddities) all.push(word(oddity));
  return all;
}

Result<Arrival> look(Database& database, const DeviceStep& found, bool history_unknown) {
  Arrival arrival;
  auto before = stored_device(database, found.imei);
  if (!before) return std::move(before).error();
  if (before->position != 0) arrival.before = std::move(*before);
  auto holder = board_holder(database, found.board);
  if (!holder) return std::move(holder).error();
  if (*holder && (*holder)->imei != found.imei) arrival.owner_of_board = std::move(**holder);
  arrival.oddities = oddities_of(found, arrival, history_unknown);
  return arrival;
}

}  // namespace

Devices::Devices(Ledger& ledger) : impl_(ledger.impl()) {}

Result<Arrival> Devices::arrive(const DeviceStep& found, const std::vector<Oddity>& accepted, Kept kept) {
  Arrival arrival;
  const auto begin = [&](Writing& writing) -> Result<Json> {
    auto step = found;
    step.phase = Phase::found;
    step.attempt = Attempt::running;
    auto row = row_for(writing, std::move(step));
    if (!row) return std::move(row).error();
    auto& database = writing.database();
    auto seen = look(database, row->step, &database == impl_.local.get());
    if (!seen) return std::move(seen).error();
    arrival = std::move(*seen);
    arrival.begun = !any_stops(arrival.oddities, accepted);
    if (arrival.begun)
      if (auto applied = apply_step(writing, *row); !applied) return std::move(applied).error();
    Names names(database);
    if (auto named = name_operator(names, arrival.before); !named) return std::move(named).error();
    if (auto named = name_operator(names, arrival.owner_of_board); !named) return std::move(named).error();
    return Json::object({{"imei", row->step.imei},
                         {"slot", row->step.slot},
                         {"begun", arrival.begun},
                         {"oddities", words_of(arrival.oddities)}});
  };
  auto recorded = impl_.record("device-arrived", Where::anywhere, begin, kept);
  if (!recorded) return std::move(recorded).error();
  return arrival;
}

Result<std::vector<Oddity>> Devices::bind_board(const std::string& imei, const std::string& board,
                                                const std::vector<Oddity>& accepted) {
  std::vector<Oddity> oddities;
  auto recorded = impl_.record("board-scanned", Where::anywhere, [&](Writing& writing) -> Result<Json> {
    auto& database = writing.database();
    DeviceStep step{.imei = imei, .board = board};
    auto seen = look(database, step, &database == impl_.local.get());
    if (!seen) return std::move(seen).error();
    if (!seen->before && &database != impl_.local.get())
      return Error{Errc::ledger, "no device " + imei + " has arrived", "plug the board in first, then scan it"};
    oddities.clear();
    for (const auto oddity : seen->oddities)
      if (oddity == Oddity::another_board || oddity == Oddity::board_of_another_device ||
          oddity == Oddity::history_unknown)
        oddities.push_back(oddity);
    const bool bound = !any_stops(oddities, accepted);
    if (bound) {
      if (seen->before) {
        step.phase = seen->before->phase;
        step.attempt = seen->before->attempt;
      }
      auto row = row_for(writing, std::move(step));
      if (!row) return std::move(row).error();
      if (auto applied = apply_step(writing, *row); !applied) return std::move(applied).error();
    }
    return Json::object({{"imei", imei}, {"board", board}, {"bound", bound}, {"oddities", words_of(oddities)}});
  });
  if (!recorded) return std::move(recorded).error();
  return oddities;
}

Status Devices::step(const DeviceStep& step, Kept kept) {
  const auto detail = Json::object({{"imei", step.imei}, {"phase", word(step.phase)}, {"attempt", word(step.attempt)}});
  const auto apply = [&](Writing& writing) -> Status {
    if (auto possible = refuse_impossible(impl_, writing, step); !possible) return possible;
    auto row = row_for(writing, step);
    if (!row) return std::move(row).error();
    return apply_step(writing, *row);
  };
  return impl_.record("device-step", detail, apply, kept);
}

Status Devices::steps(const std::vector<DeviceStep>& steps) {
  const auto detail = Json::object({{"steps", steps.size()}});
  return impl_.record("device-steps", detail, [&](Writing& writing) -> Status {
    for (const auto& step : steps) {
      if (step.phase != Phase::found)
        if (auto possible = refuse_impossible(impl_, writing, step); !possible) return possible;
      auto row = row_for(writing, step);
      if (!row) return std::move(row).error();
      if (auto applied = apply_step(writing, *row); !applied) return applied;
    }
    return success();
  });
}

Result<std::optional<Device>> Devices::find(std::string_view imei) {
  using Found = std::optional<Device>;
  return impl_.read<Found>([&](Database& database) -> Result<Found> {
    auto device = stored_device(database, imei);
    if (!device) return std::move(device).error();
    if (device->position == 0) return Found{};
    Names names(database);
    if (auto named = name_operator(names, *device); !named) return std::move(named).error();
    return Found(std::move(*device));
  });
}

Result<std::optional<Device>> Devices::find_board(std::string_view board) {
  using Found = std::optional<Device>;
  return impl_.read<Found>([&](Database& database) -> Result<Found> {
    auto holder = board_holder(database, board);
    if (!holder || !*holder) return holder;
    Names names(database);
    if (auto named = name_operator(names, *holder); !named) return std::move(named).error();
    return holder;
  });
}

Result<std::vector<Devices::PastStep>> Devices::history(std::string_view imei) {
  using All = std::vector<PastStep>;
  return impl_.read<All>([&](Database& database) -> Result<All> {
    Statement rows(database, "SELECT " + std::string(step_columns) + " FROM device_step WHERE imei = ? ORDER BY id");
    rows.bind(1, imei);
    Names names(database);
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      auto row = step_of(database, rows);
      if (!row) return std::move(row).error();
      auto name = names.name_of(row->step.operator_name);
      if (!name) return std::move(name).error();
      row->step.operator_name = std::move(*name);
      all.push_back({std::move(row->step), row->at, rows.number(1)});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

}  // namespace epki::ledger
