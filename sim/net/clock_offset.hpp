#pragma once
// Each modem has its own clock. mbedTLS reads the time through the C library's time(); the simulator defines that
// function itself and adds this thread's offset, so a connection is judged by the clock of the modem that opened it.

#include <chrono>

namespace epki::sim {

/// While it lives, time() on this thread is the host's time plus `offset`.
class ClockScope {
 public:
  explicit ClockScope(std::chrono::seconds offset);
  ~ClockScope();
  ClockScope(const ClockScope&) = delete;
  ClockScope& operator=(const ClockScope&) = delete;

 private:
  std::chrono::seconds before_;
};

}  // namespace epki::sim
