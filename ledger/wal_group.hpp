#pragma once
// Commits of many threads, made durable together. One flush of SQLite's write-ahead log serves every commit that was in
// it when the flush began, so that 256 slots do not wait for 256 flushes one after the other.

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <string>

#include "core/result.hpp"

namespace epki::ledger {

/// What all connections of this process to one ledger file share. Thread safe.
class WalGroup {
 public:
  /// The group of this file: the same one for every connection in this process, however its path is spelled.
  static std::shared_ptr<WalGroup> of(const std::filesystem::path& file);
  explicit WalGroup(std::filesystem::path log) : log_(std::move(log)) {}

  /// Threads of one process stand in line here; SQLite's own way of waiting is to sleep and ask again. False after
  /// `patience`. The thread that took it gives it back.
  bool take_turn(std::chrono::milliseconds patience);
  void end_turn();

  /// Call after a COMMIT and before end_turn(). Returns the ticket to wait with.
  std::uint64_t committed();
  /// Blocks until the commit of that ticket, and every one before it, is on the disk (fdatasync(2)). After one failure
  /// every later call fails: what the disk dropped then is not known.
  Status wait_durable(std::uint64_t ticket);

 private:
  const std::filesystem::path log_;
  std::timed_mutex turn_;
  std::mutex mutex_;
  std::condition_variable flushed_;
  std::uint64_t committed_ = 0, durable_ = 0;
  bool flushing_ = false;
  int failed_ = 0;
};

}  // namespace epki::ledger
