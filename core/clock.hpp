#pragma once
// Time is an argument. Only cli constructs the real clock.

#include <chrono>
#include <optional>
#include <string>
#include <string_view>

namespace epki {

/// A moment after which a blocking call gives up. Absolute, so that nested calls cannot add up to more than allowed.
using Deadline = std::chrono::steady_clock::time_point;
using Instant = std::chrono::sys_seconds;

/// The clock deadlines are measured on: the system's monotonic one, unless a ManualTime stands on this thread.
Deadline monotonic_now() noexcept;

inline Deadline after(std::chrono::milliseconds span) {
  return monotonic_now() + span;
}

/// For tests: while one stands, monotonic_now() on this thread says what the test says, so that a wait of minutes takes
/// no time and happens the same way every time. It moves only where a wait of the test's own (a ByteStream that plays a
/// modem) moves it; a wait on a descriptor knows nothing of it.
class ManualTime {
 public:
  ManualTime() noexcept;
  ~ManualTime();
  ManualTime(const ManualTime&) = delete;
  ManualTime& operator=(const ManualTime&) = delete;
  Deadline now() const noexcept { return now_; }
  /// Never backwards.
  void advance_to(Deadline moment) noexcept {
    if (moment > now_) now_ = moment;
  }

 private:
  Deadline now_{std::chrono::hours(1)};
};

/// Wall-clock time in UTC, whole seconds.
class Clock {
 public:
  virtual ~Clock() = default;
  virtual Instant now() const = 0;
};

class SystemClock final : public Clock {
 public:
  Instant now() const override;
};

/// For tests: stands still until told otherwise.
class ManualClock final : public Clock {
 public:
  explicit ManualClock(Instant start) : now_(start) {}
  Instant now() const override { return now_; }
  void advance(std::chrono::seconds by) { now_ += by; }

 private:
  Instant now_;
};

/// The calendar year of a moment, in UTC.
int year_of(Instant at);

/// "2026-11-22T15:46:00Z" (RFC 3339, section 5.6, always UTC).
std::string rfc3339(Instant at);

/// Reads an RFC 3339 date-time with `Z` or a numeric offset; fractions of a second are dropped. Nothing else is taken.
std::optional<Instant> parse_rfc3339(std::string_view text);

}  // namespace epki
