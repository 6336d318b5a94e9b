#pragma once
// The modem's clock: a battery clock that the host sets, with the time zone as it was given.

#include <optional>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "sim/front/timeline.hpp"

namespace epki::sim {

class ModemClock {
 public:
  /// The host's time at `now` is `host`; the clock starts there unless `start` says otherwise.
  ModemClock(Instant host, Moment now, std::optional<Instant> start);

  Instant utc(Moment now) const;
  int zone() const { return zone_; }  ///< quarters of an hour east of Greenwich
  void set(Instant utc, int zone, Moment now);
  void set(Instant utc, Moment now) { set(utc, zone_, now); }
  Instant host(Moment now) const;
  /// What to add to the host's time.
  std::chrono::seconds offset() const { return offset_; }

 private:
  Instant host_;
  Moment at_;
  std::chrono::seconds offset_{0};
  int zone_ = 0;
};

/// "26/11/22,15:46:00+32": local time and its distance from UTC in quarters of an hour (3GPP TS 27.007, 8.15).
std::string cclk_text(Instant utc, int zone);
struct CclkTime {
  Instant utc;
  int zone;
};
std::optional<CclkTime> parse_cclk(std::string_view text);

/// "2026/07/03,00:56:27": how AT+QNTP prints UTC.
std::string ntp_text(Instant utc);

}  // namespace epki::sim
