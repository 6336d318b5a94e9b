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

inline Deadline after(std::chrono::milliseconds span) {
  return std::chrono::steady_clock::now() + span;
}

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
