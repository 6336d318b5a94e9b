#include "provision/station/line.hpp"

#include <algorithm>
#include <utility>

#include "provision/station/patience.hpp"

namespace epki::station {

namespace {

constexpr auto look_again = std::chrono::milliseconds(500);

void clear_board(Tile& tile) {
  const Tile kept = tile;
  tile = Tile{};
  tile.slot = kept.slot;
  tile.port = kept.port;
  tile.boards = kept.boards;
}

void show_failure(Tile& tile, const Error& error) {
  tile.light = Light::fail;
  tile.code = word(error.code);
  tile.cause = error.what;
  tile.remedy = next_step(error);
  tile.step.clear();
  tile.total = 0;
}

}  // namespace

/// What one slot's board does, written onto its tile and into the records.
class Line::Worker final : public Watcher {
 public:
  Worker(Line& line, Slot& slot) : line_(line), slot_(slot) {}

  Result<Task> identified(const Board& board) override { return line_.judge(slot_, board); }

  void reached(State state) override {
    line_.change(slot_, [&](Tile& tile) { tile.state = std::max(tile.state, state); });
    // Only what is in the ledger counts: a board goes on from the last state that was written.
    if (auto written = line_.world_.records.reached(line_.copy_of(slot_), line_.job_.batch); !written && !failed_)
      failed_ = written.error();
  }
  void step(std::string_view sentence) override {
    line_.change(slot_, [&](Tile& tile) {
      tile.step = sentence;
      tile.total = 0;
    });
  }
  void progress(std::string_view what, std::uint64_t done, std::uint64_t total) override {
    line_.change(slot_, [&](Tile& tile) {
      if (total != 0) tile.step = what;
      tile.done = done;
      tile.total = total;
    });
  }
  const std::optional<Error>& failed() const { return failed_; }

 private:
  Line& line_;
  Slot& slot_;
  std::optional<Error> failed_{};
};

Line::Line(config::Job job, World world, MakeBench make_bench, OnResult on_result)
    : job_(std::move(job)), world_(world), make_bench_(std::move(make_bench)), on_result_(std::move(on_result)) {
  for (const auto& config : job_.slots) {
    slots_.push_back({.config = config, .tile = {}});
    slots_.back().tile.slot = config.name;
    slots_.back().tile.port = config.port;
    slots_.back().tile.since = world_.clock.now();
  }
  refresh_counters();
}

Line::~Line() = default;

void Line::start() {
  for (auto& slot : slots_) threads_.emplace_back([this, &slot] { serve(slot); });
}

std::vector<std::pair<Tile, Outcome>> Line::run_once() {
  {
    std::vector<std::jthread> threads;
    for (auto& slot : slots_)
      threads.emplace_back([this, &slot] {
        auto bench = make_bench_(slot.config);
        if (bench) {
          one_board(slot, **bench);
          return;
        }
        Outcome outcome;
        outcome.error = std::move(bench).error();
        close_board(slot, std::move(outcome));
      });
  }
  std::vector<std::pair<Tile, Outcome>> results;
  for (auto& slot : slots_) results.emplace_back(slot.tile, std::move(slot.last));
  return results;
}

void Line::serve(Slot& slot) {
  std::unique_ptr<Bench> bench;
  while (!world_.cancel.requested()) {
    if (bench == nullptr) {
      auto made = make_bench_(slot.config);
      if (!made) {
        change(slot, [&](Tile& tile) { show_failure(tile, made.error()); });
        wait_until(after(look_again), world_.cancel);
        continue;
      }
      bench = *std::move(made);
    }
    const auto there = bench->wait_for_board(after(look_again));
    if (!there) {
      change(slot, [&](Tile& tile) { show_failure(tile, there.error()); });
      wait_until(after(look_again), world_.cancel);
      continue;
    }
    if (!*there) {
      const std::lock_guard guard(mutex_);
      if (slot.tile.light != Light::fail || slot.tile.state != State::empty) continue;
      clear_board(slot.tile);  // the trouble is over
      ++version_;
      changed_.notify_all();
      continue;
    }
    one_board(slot, *bench);
    for (bool gone = false; !gone && !world_.cancel.requested();) {
      const auto [again, label] = [&] {
        const std::lock_guard guard(mutex_);
        return std::pair(std::exchange(slot.retry, false), std::exchange(slot.label, false));
      }();
      if (again) one_board(slot, *bench);
      if (label) {
        auto printed = on_result_(slot.tile, slot.last);
        change(slot, [&](Tile& tile) { tile.label = printed ? *printed : printed.error().what; });
      }
      const auto removed = bench->wait_for_removal(after(look_again / 2));
      gone = !removed || *removed;
    }
    change(slot, [&](Tile& tile) {
      slot.reissue = false;  // it was asked for the board that is gone
      clear_board(tile);
      tile.since = world_.clock.now();
    });
  }
}

void Line::one_board(Slot& slot, Bench& bench) {
  change(slot, [&](Tile& tile) {
    const auto serial = tile.serial;  // scanned before the board answered
    clear_board(tile);
    tile.serial = serial;
    tile.state = State::found;
    tile.light = Light::working;
    tile.step = "asking the modem who it is";
    tile.since = world_.clock.now();
    ++tile.boards;
  });
  const auto started = std::chrono::steady_clock::now();
  Outcome outcome = worked(slot, bench);
  const bool wedged = outcome.error && !outcome.settled &&
                      (outcome.error->code == Errc::modem_gone || outcome.error->code == Errc::modem_refused);
  if (wedged && !world_.cancel.requested()) {
    const auto cycled = bench.power_cycle();
    if (!cycled) {
      outcome.error->trail.push_back(cycled.error().what);
    } else if (*cycled) {
      change(slot, [&](Tile& tile) { tile.notes.push_back("its power was switched off and on"); });
      outcome = worked(slot, bench);
    }
  }
  const auto took = std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::steady_clock::now() - started);
  change(slot, [&](Tile& tile) { tile.duration_ms = took.count(); });
  close_board(slot, std::move(outcome));
}

Outcome Line::worked(Slot& slot, Bench& bench) {
  Worker worker(*this, slot);
  Outcome outcome = bench.work(worker);
  if (worker.failed() && !outcome.error) outcome.error = *worker.failed();
  return outcome;
}

// A pass is a pass only when it is written down.
void Line::close_board(Slot& slot, Outcome outcome) {
  change(slot, [&](Tile& tile) {
    tile.status = outcome.status;
    tile.name = outcome.name;
    if (!outcome.board.imei.empty()) tile.imei = outcome.board.imei;
    tile.step.clear();
    tile.total = 0;
    if (outcome.passed()) tile.state = State::recorded;
  });
  const Tile now = copy_of(slot);
  if (std::exchange(slot.begun, false))
    if (auto written = world_.records.finished(now, job_.batch, outcome); !written) {
      say_trouble(written.error());
      if (outcome.passed()) outcome.error = written.error();
    }
  const auto why = hold_after(job_, outcome.connected, outcome.passed(), now.imei);
  if (!why.empty())
    if (auto held = world_.records.hold(job_.batch, why); !held) say_trouble(held.error());
  change(slot, [&](Tile& tile) {
    slot.last = std::move(outcome);
    const auto& last = slot.last;
    if (last.passed()) {
      slot.reissue = false;
      tile.light = Light::pass;
      return;
    }
    show_failure(tile, last.error ? *last.error
                                  : Error{Errc::modem_refused, last.sentence,
                                          "put the board aside and call an engineer: no repair of the board helps "
                                          "(docs/station.md, \"not-protected\")"});
    if (tile.state == State::recorded) tile.state = State::verified;
  });
  refresh_counters();
  if (now.imei.empty() || !on_result_) return;
  auto told = on_result_(now, slot.last);
  change(slot, [&](Tile& tile) {
    if (told)
      tile.label = *told;
    else
      tile.notes.push_back(told.error().what);
  });
}

Tile Line::copy_of(const Slot& slot) const {
  const std::lock_guard guard(mutex_);
  return slot.tile;
}

std::string Line::other_slot_with(const Slot& slot, const std::string& imei) const {
  const std::lock_guard guard(mutex_);
  for (const auto& other : slots_)
    if (&other != &slot && other.tile.imei == imei && other.tile.state != State::empty) return other.config.name;
  return {};
}

Result<Task> Line::judge(Slot& slot, const Board& board) {
  change(slot, [&](Tile& tile) {
    tile.imei = board.imei;
    tile.model = board.model;
    tile.firmware = board.firmware;
    tile.state = State::identified;
  });
  Facts facts{.imei = board.imei, .firmware = board.firmware, .slot = slot.config.name};
  facts.serial = copy_of(slot).serial;
  facts.slot_with_same_imei = other_slot_with(slot, board.imei);
  {
    const std::lock_guard guard(mutex_);
    facts.reissue_asked = slot.reissue;
  }
  auto& records = world_.records;
  auto arrived = records.arrive(copy_of(slot), job_.batch, !facts.slot_with_same_imei.empty());
  if (!arrived) return std::move(arrived).error();
  facts.earlier = std::move(arrived->earlier);
  facts.serial_earlier = std::move(arrived->serial_earlier);
  facts.begun_in_batch = arrived->begun_in_batch;
  slot.begun = arrived->begun;
  if (facts.slot_with_same_imei.empty()) facts.slot_with_same_imei = arrived->elsewhere;
  auto verdict = records.verdict(board);
  if (!verdict) return std::move(verdict).error();
  facts.verdict = *std::move(verdict);
  auto held = records.held(job_.batch);
  if (!held) return std::move(held).error();
  facts.held = *std::move(held);

  auto decision = decide(job_, facts);
  if (arrived->history_unknown)
    decision.notes.emplace_back("the ledger's database is not reached: what this board was before is not known");
  change(slot, [&](Tile& tile) {
    tile.notes.insert(tile.notes.end(), decision.notes.begin(), decision.notes.end());
    if (tile.serial.empty() && facts.earlier) tile.serial = facts.earlier->serial;
  });
  if (decision.refused) return *std::move(decision.refused);
  if (!arrived->begun)
    return Error{Errc::ledger, "the ledger began no attempt for IMEI " + board.imei,
                 "look at it with ec200u-pki ledger show " + board.imei};
  if (auto written = records.reached(copy_of(slot), job_.batch); !written) return std::move(written).error();
  if (job_.steps.connect == config::Connect::sample && decision.connect)
    if (auto written = records.sampled(copy_of(slot), job_.batch, job_.steps.sample_every); !written)
      return std::move(written).error();
  return Task{copy_of(slot).serial, decision.connect, decision.reissue};
}

void Line::refresh_counters() {
  {
    const std::lock_guard guard(mutex_);
    count_again_ = true;
    if (std::exchange(counting_, true)) return;
  }
  for (;;) {
    {
      const std::lock_guard guard(mutex_);
      if (!std::exchange(count_again_, false)) {
        counting_ = false;
        return;
      }
    }
    count();
  }
}

void Line::count() {
  auto counters = world_.records.counters(job_.batch);
  auto held = world_.records.held(job_.batch);
  if (!counters || !held) return say_trouble(counters ? held.error() : counters.error());
  const std::lock_guard guard(mutex_);
  counters_ = *counters;
  held_ = *std::move(held);
  trouble_.clear();
  ++version_;
  changed_.notify_all();
}

void Line::say_trouble(const Error& error) {
  world_.reporter.warning(error.what);
  const std::lock_guard guard(mutex_);
  trouble_ = error.what + ". " + next_step(error);
  ++version_;
  changed_.notify_all();
}

Snapshot Line::snapshot() const {
  const std::lock_guard guard(mutex_);
  Snapshot now{version_, job_.name, job_.batch, job_.operator_name, held_,
               {},       counters_, trouble_,   job_.steps.mutual,  {}};
  for (const auto& slot : slots_) now.tiles.push_back(slot.tile);
  if (world_.signing != nullptr) now.signing = world_.signing->standing();
  return now;
}

Snapshot Line::wait_newer(std::uint64_t seen, Deadline by) const {
  {
    std::unique_lock lock(mutex_);
    changed_.wait_until(lock, by, [&] { return version_ > seen || world_.cancel.requested(); });
  }
  return snapshot();
}

Json Snapshot::json() const {
  Json list = Json::array();
  for (const auto& tile : tiles) list.push(tile.json());
  return Json::object({{"version", version},
                       {"job", job},
                       {"batch", batch},
                       {"operator", operator_name},
                       {"held", held},
                       {"tiles", list},
                       {"counters", counters.json()},
                       {"trouble", trouble},
                       {"mutual", mutual},
                       {"signing", signing ? signing->json() : Json()}});
}

Json Finished::json() const {
  return Json::object({{"at", at},
                       {"imei", imei},
                       {"serial", serial},
                       {"name", name},
                       {"slot", slot},
                       {"batch", batch},
                       {"status", status},
                       {"result", result},
                       {"cause", cause}});
}

}  // namespace epki::station
