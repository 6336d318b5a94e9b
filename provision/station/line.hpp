#pragma once
// Many slots at once: one worker a slot, one value that everybody reads. A failing modem never slows another.

#include <condition_variable>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "config/job.hpp"
#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "provision/station/bench.hpp"
#include "provision/station/records.hpp"
#include "provision/station/signing.hpp"
#include "provision/station/tile.hpp"

namespace epki::station {

/// Makes the bench of a slot. Called once, from the slot's own thread.
using MakeBench = std::function<Result<std::unique_ptr<Bench>>(const config::JobSlot& slot)>;
/// Told of every finished board, from the slot's thread: prints labels, tells other systems. What it returns is shown
/// as where the label went; an Error is a warning on the tile, never a failed board.
using OnResult = std::function<Result<std::string>(const Tile& tile, const Outcome& outcome)>;

struct Snapshot {
  std::uint64_t version = 0;
  std::string job, batch, operator_name, held;
  std::vector<Tile> tiles{};
  Counters counters{};
  std::string trouble{};                     ///< of the station itself: the ledger cannot be written, …
  bool mutual = false;                       ///< devices of this job get a certificate of their own
  std::optional<SigningStanding> signing{};  ///< nothing: no CA is needed
  Json json() const;
};

class Line {
 public:
  struct World {
    const Clock& clock;
    Reporter& reporter;
    const Cancel& cancel;
    Records& records;
    Signing* signing = nullptr;  ///< the CA that signs for devices; null: none is needed
  };

  Line(config::Job job, World world, MakeBench make_bench, OnResult on_result);
  ~Line();  ///< stops the workers: each ends its board in a state that the next run finishes
  Line(const Line&) = delete;
  Line& operator=(const Line&) = delete;

  /// Starts a worker for each slot.
  void start();
  /// One board a slot, no waiting for removal; returns when all are done. For `station --once`.
  std::vector<std::pair<Tile, Outcome>> run_once();

  Snapshot snapshot() const;
  /// Blocks until a newer version than `seen` is there, or `by`; returns the newest either way.
  Snapshot wait_newer(std::uint64_t seen, Deadline by) const;

  /// Wakes everybody in wait_newer(), as if something had changed: for whoever must end.
  void nudge();

  // What an operator can do. Errc::usage when there is no such slot or it is not the moment.
  Status retry(const std::string& slot);
  Status scanned(const std::string& slot, const std::string& serial);
  Status operator_is(const std::string& name);
  Status release();
  /// An engineer unlocks the CA for another time and quota; the operator's name is recorded.
  Status unlock(const Secret& passphrase);
  Status label_again(const std::string& slot);
  /// The board in the slot came back: it is done again with a new certificate, and its old one is revoked.
  Status reissue(const std::string& slot);

 private:
  class Worker;
  friend class Worker;
  struct Slot {
    config::JobSlot config;
    Tile tile;
    bool retry = false, label = false;
    bool reissue = false;  ///< asked for, and not done yet
    bool begun = false;    ///< the records hold a running attempt of this board
    Outcome last{};
  };

  template <class Change>
  void change(Slot& slot, Change change);
  void serve(Slot& slot);
  void one_board(Slot& slot, Bench& bench);
  Outcome worked(Slot& slot, Bench& bench);
  void close_board(Slot& slot, Outcome outcome);
  Result<Task> judge(Slot& slot, const Board& board);
  Tile copy_of(const Slot& slot) const;
  std::string other_slot_with(const Slot& slot, const std::string& imei) const;
  /// Counts, or has the thread that counts at the moment count once more: boards that end together need one count.
  void refresh_counters();
  void count();
  void say_trouble(const Error& error);
  Result<Slot*> find(const std::string& name);

  config::Job job_;
  World world_;
  MakeBench make_bench_;
  OnResult on_result_;
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  std::uint64_t version_ = 1;
  std::deque<Slot> slots_;
  Counters counters_;
  bool counting_ = false, count_again_ = false;
  std::string held_, trouble_;
  std::vector<std::jthread> threads_;
};

template <class Change>
void Line::change(Slot& slot, Change change) {
  {
    const std::lock_guard guard(mutex_);
    change(slot.tile);
    ++version_;
  }
  changed_.notify_all();
}

}  // namespace epki::station
