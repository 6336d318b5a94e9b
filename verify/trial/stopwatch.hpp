#pragma once
// How much of a run was this program's own work, and not the modem's time.

#include <chrono>

namespace epki::trial {

class Stopwatch {
 public:
  using Clock = std::chrono::steady_clock;

  /// Runs while it lives.
  class Lap {
   public:
    explicit Lap(Stopwatch& of) : of_(of), from_(Clock::now()) {}
    ~Lap() { of_.total_ += Clock::now() - from_; }
    Lap(const Lap&) = delete;
    Lap& operator=(const Lap&) = delete;

   private:
    Stopwatch& of_;
    Clock::time_point from_;
  };
  std::chrono::milliseconds total() const { return std::chrono::duration_cast<std::chrono::milliseconds>(total_); }

 private:
  Clock::duration total_{};
};

}  // namespace epki::trial
