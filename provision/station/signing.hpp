#pragma once
// How long and how often a station may sign for devices before somebody unlocks its CA again: a station that is stolen
// overnight, or an operator's script, must not make devices without end.

#include <chrono>
#include <cstdint>
#include <mutex>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki::station {

/// What the page shows of the CA.
struct SigningStanding {
  bool locked = false;
  std::string why{};                           ///< it is locked: one sentence
  std::optional<std::uint64_t> left{};         ///< certificates; nothing: any number
  std::optional<std::int64_t> minutes_left{};  ///< nothing: without end
  Json json() const;
};

/// The station's CA, as far as an operator has to do with it.
class Signing {
 public:
  virtual ~Signing() = default;
  virtual SigningStanding standing() const = 0;
  /// Begins time and quota anew. `who` is recorded. Errc::key for a wrong passphrase.
  virtual Status unlock(const Secret& passphrase, const std::string& who) = 0;
};

/// The window as a value; safe from many threads.
class SigningWindow {
 public:
  /// 0 of either: without end.
  SigningWindow(std::chrono::minutes open_for, std::uint64_t quota);
  void unlock();
  /// One signature of the quota. Errc::key, with what to do, when the window is shut; from then on it stays so.
  Status take();
  SigningStanding standing() const;

 private:
  SigningStanding look() const;
  std::chrono::minutes open_for_;
  std::uint64_t quota_;
  mutable std::mutex mutex_;
  Deadline since_{};
  std::uint64_t used_ = 0;
  bool shut_ = false;
  std::string why_{};
};

}  // namespace epki::station
