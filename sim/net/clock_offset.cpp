#include "sim/net/clock_offset.hpp"

#include <ctime>
#include <utility>

namespace epki::sim {

namespace {
thread_local std::chrono::seconds offset_of_this_thread{0};
}  // namespace

ClockScope::ClockScope(std::chrono::seconds offset) : before_(std::exchange(offset_of_this_thread, offset)) {}

ClockScope::~ClockScope() {
  offset_of_this_thread = before_;
}

}  // namespace epki::sim

// Stands in for the C library's function: an executable's definition comes before every shared library's. The linker
// exports it, because libmbedx509 names it; and it is linked in, because the TLS code uses ClockScope.
extern "C" __attribute__((visibility("default"))) std::time_t time(std::time_t* into) noexcept {
  timespec now{};
  ::clock_gettime(CLOCK_REALTIME, &now);
  const std::time_t seconds = now.tv_sec + static_cast<std::time_t>(epki::sim::offset_of_this_thread.count());
  if (into != nullptr) *into = seconds;
  return seconds;
}
