#pragma once
// A records keeper in memory, and benches whose boards are plugged in by the test.

#include <algorithm>
#include <condition_variable>
#include <map>
#include <mutex>

#include "provision/station/line.hpp"

namespace epki::station {

class FakeRecords final : public Records {
 public:
  struct Device {
    Earlier earlier;
    std::string at;
  };

  Result<Arrived> arrive(const Tile& tile, const std::string& batch, bool) override {
    const std::lock_guard guard(mutex_);
    if (disk_full) return Error{Errc::ledger, "the ledger cannot be written: disk full", "make room"};
    Arrived arrived;
    for (const auto& [imei, device] : devices_) {
      if (imei == tile.imei) arrived.earlier = device.earlier;
      if (!tile.serial.empty() && device.earlier.serial == tile.serial) arrived.serial_earlier = device.earlier;
      if (imei != tile.imei && device.earlier.batch == batch) ++arrived.begun_in_batch;
    }
    return arrived;
  }
  std::string owner_of(const std::string& serial) {
    const std::lock_guard guard(mutex_);
    for (const auto& [imei, device] : devices_)
      if (device.earlier.serial == serial) return imei;
    return {};
  }
  void operator_is(const std::string& name) override { working = name; }
  Result<std::optional<std::string>> verdict(const Board&) override { return stored_verdict; }
  Status reached(const Tile& tile, const std::string& batch) override {
    const std::lock_guard guard(mutex_);
    if (disk_full) return Error{Errc::ledger, "the ledger cannot be written: disk full", "make room"};
    auto& earlier = devices_[tile.imei].earlier;
    earlier.imei = tile.imei;
    earlier.batch = batch;
    earlier.slot = tile.slot;
    if (!tile.serial.empty()) earlier.serial = tile.serial;
    earlier.state = word(tile.state);
    states.emplace_back(word(tile.state));
    return success();
  }
  Status sampled(const Tile& tile, const std::string&, std::int64_t) override {
    const std::lock_guard guard(mutex_);
    samples.push_back(tile.imei);
    return success();
  }
  Status finished(const Tile& tile, const std::string& batch, const Outcome& outcome) override {
    const std::lock_guard guard(mutex_);
    if (disk_full) return Error{Errc::ledger, "the ledger cannot be written: disk full", "make room"};
    auto& earlier = devices_[tile.imei].earlier;
    earlier.imei = tile.imei;
    earlier.batch = batch;
    earlier.result = outcome.passed() ? "pass" : "fail";
    ++(outcome.passed() ? counters_.passed : counters_.failed);
    last_.push_back({"2026-11-27T12:00:00Z", tile.imei, tile.serial, tile.name, tile.slot, batch, outcome.status,
                     earlier.result, outcome.error ? outcome.error->what : ""});
    return success();
  }
  Result<std::vector<Finished>> last(std::string_view search, std::size_t limit) override {
    const std::lock_guard guard(mutex_);
    std::vector<Finished> found;
    for (auto at = last_.rbegin(); at != last_.rend() && found.size() < limit; ++at)
      if (at->imei.starts_with(search) || at->serial.starts_with(search)) found.push_back(*at);
    return found;
  }
  Result<Counters> counters(const std::string&) override {
    const std::lock_guard guard(mutex_);
    return counters_;
  }
  Result<std::string> held(const std::string&) override {
    const std::lock_guard guard(mutex_);
    return held_;
  }
  Status hold(const std::string&, const std::string& why) override {
    const std::lock_guard guard(mutex_);
    held_ = why;
    return success();
  }
  Status release(const std::string&, const std::string& who) override {
    const std::lock_guard guard(mutex_);
    held_.clear();
    released_by = who;
    return success();
  }
  void know(const Earlier& earlier) { devices_[earlier.imei].earlier = earlier; }

  std::optional<std::string> stored_verdict{};
  bool disk_full = false;
  std::vector<std::string> states;
  std::string released_by, working;
  std::vector<std::string> samples;

 private:
  std::mutex mutex_;
  std::map<std::string, Device> devices_;
  std::vector<Finished> last_;
  Counters counters_;
  std::string held_;
};

/// What one slot of the fixture holds; the test plugs and unplugs, the bench waits.
class Socket {
 public:
  struct Plugged {
    Board board{};
    std::optional<Error> error{};    ///< the work ends so
    bool hangs_until_power = false;  ///< silent until its power was switched
  };

  void plug(Plugged what) {
    const std::lock_guard guard(mutex_);
    in_ = std::move(what);
    changed_.notify_all();
  }
  void unplug() {
    const std::lock_guard guard(mutex_);
    in_.reset();
    changed_.notify_all();
  }
  /// The next board's work stops at "configured" until go().
  void hold_work() { held_ = true; }
  void go() {
    const std::lock_guard guard(mutex_);
    held_ = false;
    changed_.notify_all();
  }
  /// Ends every wait, so that a test's end is not held up by a bench's patience.
  void close() {
    const std::lock_guard guard(mutex_);
    closed_ = true;
    held_ = false;
    changed_.notify_all();
  }
  std::optional<Task> last_task{};

 private:
  friend class FakeBench;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::optional<Plugged> in_;
  bool held_ = false, closed_ = false;
};

class FakeBench final : public Bench {
 public:
  explicit FakeBench(Socket& socket) : socket_(socket) {}

  Result<bool> wait_for_board(Deadline by) override { return wait(by, true); }
  Result<bool> wait_for_removal(Deadline by) override { return wait(by, false); }
  Result<bool> power_cycle() override {
    const std::lock_guard guard(socket_.mutex_);
    if (!socket_.in_ || !socket_.in_->hangs_until_power) return false;
    socket_.in_->hangs_until_power = false;
    return true;
  }
  Outcome work(Watcher& watcher) override {
    Socket::Plugged plugged;
    {
      const std::lock_guard guard(socket_.mutex_);
      if (!socket_.in_) return failure({Errc::modem_gone, "no board", "put one in"});
      plugged = *socket_.in_;
    }
    if (plugged.hangs_until_power) return failure({Errc::modem_gone, "the modem is silent", "switch it off and on"});
    const auto task = watcher.identified(plugged.board);
    if (!task) return failure(task.error(), plugged.board);
    socket_.last_task = *task;
    watcher.reached(State::uploaded);
    watcher.step("uploading the root");
    watcher.progress("uploading", 512, 1024);
    watcher.reached(State::configured);
    {
      std::unique_lock lock(socket_.mutex_);
      socket_.changed_.wait(lock, [&] { return !socket_.held_; });
    }
    Outcome outcome;
    outcome.board = plugged.board;
    outcome.connected = task->connect;
    if (plugged.error) {
      outcome.error = plugged.error;
      return outcome;
    }
    watcher.reached(State::verified);
    outcome.status = "protected";
    outcome.name = plugged.board.imei;
    outcome.device = Json::object({{"imei", plugged.board.imei}, {"status", outcome.status}});
    return outcome;
  }

 private:
  static Outcome failure(Error error, Board board = {}) {
    Outcome outcome;
    outcome.board = std::move(board);
    outcome.error = std::move(error);
    return outcome;
  }
  Result<bool> wait(Deadline by, bool there) {
    std::unique_lock lock(socket_.mutex_);
    socket_.changed_.wait_until(lock, by, [&] { return socket_.closed_ || socket_.in_.has_value() == there; });
    return socket_.closed_ ? !there : socket_.in_.has_value() == there;
  }
  Socket& socket_;
};

}  // namespace epki::station
