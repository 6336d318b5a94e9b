#include "provision/station/ledger_records.hpp"

#include <algorithm>

#include "ledger/audit.hpp"

namespace epki::station {

namespace {

constexpr std::string_view sampled_event = "board-sampled";

std::string day_of(Instant at) {
  return rfc3339(at).substr(0, 10);
}

Earlier earlier_of(const ledger::Device& device) {
  Earlier earlier{.imei = device.imei, .batch = device.batch, .serial = device.board, .slot = device.slot};
  earlier.state = ledger::word(device.phase);
  if (device.attempt == ledger::Attempt::passed) earlier.result = "pass";
  if (device.attempt == ledger::Attempt::failed) earlier.result = "fail";
  earlier.finished = day_of(device.updated);
  earlier.passed_once = device.passes > 0;
  return earlier;
}

ledger::Phase phase_of(State state) {
  return ledger::parse_phase(word(state)).value_or(ledger::Phase::found);
}

bool has(const ledger::Arrival& arrival, ledger::Oddity oddity) {
  return std::find(arrival.oddities.begin(), arrival.oddities.end(), oddity) != arrival.oddities.end();
}

Finished finished_of(const ledger::Device& device) {
  Finished row;
  row.at = rfc3339(device.updated);
  row.imei = device.imei;
  row.serial = device.board;
  row.slot = device.slot;
  row.batch = device.batch;
  row.status = device.status;
  row.result = device.attempt == ledger::Attempt::passed   ? "pass"
               : device.attempt == ledger::Attempt::failed ? "fail"
                                                           : "working";
  row.cause = device.cause;
  return row;
}

}  // namespace

LedgerRecords::LedgerRecords(ledger::Ledger& ledger, std::string station, std::string job, bool other_batch,
                             VerdictOf verdict)
    : ledger_(ledger),
      devices_(ledger),
      station_(std::move(station)),
      job_(std::move(job)),
      other_batch_(other_batch),
      verdict_(std::move(verdict)) {}

void LedgerRecords::operator_is(const std::string& name) {
  const std::lock_guard guard(mutex_);
  operator_ = name;
}

ledger::DeviceStep LedgerRecords::step_of(const Tile& tile, const std::string& batch, ledger::Phase phase) {
  ledger::DeviceStep step{.imei = tile.imei, .phase = phase};
  step.slot = tile.slot;
  step.station = station_;
  step.job = job_;
  step.batch = batch;
  step.board = tile.serial;
  step.model = tile.model;
  step.firmware = tile.firmware;
  const std::lock_guard guard(mutex_);
  step.operator_name = operator_;
  return step;
}

Result<Arrived> LedgerRecords::arrive(const Tile& tile, const std::string& batch, bool in_other_slot) {
  const auto step = step_of(tile, batch, ledger::Phase::found);
  // A board that passed before is done again and nothing is uploaded twice; the others are the rules' to refuse.
  std::vector<ledger::Oddity> accepted{ledger::Oddity::already_provisioned};
  if (other_batch_) accepted.push_back(ledger::Oddity::other_batch);
  // The step `identified`, which follows before anything is changed on the board, is flushed and takes this along.
  constexpr auto kept = ledger::Kept::committed;
  auto arrival = devices_.arrive(step, accepted, kept);
  if (!arrival) return std::move(arrival).error();
  Arrived arrived;
  if (has(*arrival, ledger::Oddity::elsewhere)) {
    // What this very station was doing when it was cut is its own to take up again.
    const bool ours = arrival->before && arrival->before->station == station_ && !in_other_slot;
    if (ours) {
      accepted.push_back(ledger::Oddity::elsewhere);
      arrival = devices_.arrive(step, accepted, kept);
      if (!arrival) return std::move(arrival).error();
    } else {
      arrived.elsewhere = arrival->before ? arrival->before->slot + " of station " + arrival->before->station
                                          : std::string("another slot");
    }
  }
  arrived.begun = arrival->begun;
  if (arrival->before) arrived.earlier = earlier_of(*arrival->before);
  if (arrival->owner_of_board) arrived.serial_earlier = earlier_of(*arrival->owner_of_board);
  arrived.history_unknown = has(*arrival, ledger::Oddity::history_unknown);
  if (arrived.history_unknown) return arrived;
  auto counts = devices_.counts();
  if (!counts) return std::move(counts).error();
  std::int64_t begun = 0;
  for (const auto& count : *counts)
    if (count.batch == batch) begun += count.devices;
  arrived.begun_in_batch = static_cast<std::uint64_t>(std::max<std::int64_t>(begun - 1, 0));
  return arrived;
}

Status LedgerRecords::reached(const Tile& tile, const std::string& batch) {
  // A step in the middle that a power cut takes is done again. Before the board is changed, and once it is done, what
  // the ledger says is flushed.
  const bool in_the_middle = tile.state > State::identified && tile.state < State::recorded;
  return devices_.step(step_of(tile, batch, phase_of(tile.state)),
                       in_the_middle ? ledger::Kept::committed : ledger::Kept::flushed);
}

Status LedgerRecords::sampled(const Tile& tile, const std::string& batch, std::int64_t every) {
  return ledger::Audit(ledger_).record(
      sampled_event, Json::object({{"imei", tile.imei}, {"batch", batch}, {"every", every}, {"station", station_}}));
}

Status LedgerRecords::finished(const Tile& tile, const std::string& batch, const Outcome& outcome) {
  auto step = step_of(tile, batch, outcome.passed() ? ledger::Phase::recorded : phase_of(tile.state));
  step.attempt = outcome.passed() ? ledger::Attempt::passed : ledger::Attempt::failed;
  step.status = outcome.status;
  step.serial = outcome.certificate;
  if (!outcome.passed()) step.cause = outcome.error ? outcome.error->what : outcome.sentence;
  return devices_.step(step);
}

Result<std::vector<Finished>> LedgerRecords::last(std::string_view search, std::size_t limit) {
  std::vector<Finished> rows;
  if (search.empty()) {
    auto newest = devices_.latest(station_, limit);
    if (!newest) return std::move(newest).error();
    for (const auto& device : *newest) rows.push_back(finished_of(device));
    return rows;
  }
  auto board = devices_.find_board(search);
  if (!board) return std::move(board).error();
  if (*board) rows.push_back(finished_of(**board));
  ledger::DeviceFilter filter;
  filter.imei_prefix = search;
  filter.limit = limit;
  auto found = devices_.list(filter);
  if (!found) return std::move(found).error();
  for (const auto& device : *found)
    if (!*board || (*board)->imei != device.imei) rows.push_back(finished_of(device));
  return rows;
}

Result<Counters> LedgerRecords::counters(const std::string& batch) {
  auto days = devices_.output("");
  if (!days) return std::move(days).error();
  Counters counters;
  std::uint64_t first = 0;
  for (const auto& day : *days) {
    if (day.batch != batch) continue;
    counters.passed += static_cast<std::uint64_t>(day.passed);
    counters.failed += static_cast<std::uint64_t>(day.failed);
    first += static_cast<std::uint64_t>(day.first_time);
  }
  auto counts = devices_.counts();
  if (!counts) return std::move(counts).error();
  std::uint64_t done = 0;
  for (const auto& count : *counts)
    if (count.batch == batch && count.attempt != ledger::Attempt::running)
      done += static_cast<std::uint64_t>(count.devices);
  if (done > 0) counters.first_pass_per_mille = std::min<std::uint64_t>(first * 1000 / done, 1000);
  return counters;
}

Result<std::string> LedgerRecords::held(const std::string& batch) {
  const std::lock_guard guard(mutex_);
  ledger::Audit audit(ledger_);
  const auto take = [&](const ledger::Event& event) -> Result<bool> {
    next_event_ = event.number + 1;
    if (event.kind == ledger::batch_held)
      held_[event.detail["batch"].text_or("")] = event.detail["why"].text_or("no reason");
    if (event.kind == ledger::batch_released) held_.erase(event.detail["batch"].text_or(""));
    return true;
  };
  // Two looks for each board, each at what is new only.
  if (auto read = audit.for_holds(next_event_, take); !read) return std::move(read).error();
  const auto found = held_.find(batch);
  return found == held_.end() ? std::string() : found->second;
}

Status LedgerRecords::hold(const std::string& batch, const std::string& why) {
  return ledger::Audit(ledger_).record(ledger::batch_held,
                                       Json::object({{"batch", batch}, {"why", why}, {"station", station_}}));
}

Status LedgerRecords::release(const std::string& batch, const std::string& who) {
  return ledger::Audit(ledger_).record(ledger::batch_released, Json::object({{"batch", batch}, {"station", station_}}),
                                       {who});
}

}  // namespace epki::station
