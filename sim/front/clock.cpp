#include "sim/front/clock.hpp"

#include <array>
#include <cstdio>

namespace epki::sim {
namespace {

using namespace std::chrono;

constexpr auto quarter = minutes(15);

std::string printed(Instant at, bool long_year) {
  const auto day = floor<days>(at);
  const year_month_day date(day);
  const hh_mm_ss time(at - day);
  const int year = static_cast<int>(date.year());
  std::array<char, 64> out{};
  std::snprintf(out.data(), out.size(), "%02d/%02u/%02u,%02d:%02d:%02d", long_year ? year : year % 100,
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return out.data();
}

}  // namespace

ModemClock::ModemClock(Instant host, Moment now, std::optional<Instant> start) : host_(host), at_(now) {
  if (start) offset_ = *start - host;
}

Instant ModemClock::host(Moment now) const {
  return host_ + floor<seconds>(now - at_);
}

Instant ModemClock::utc(Moment now) const {
  return host(now) + offset_;
}

void ModemClock::set(Instant utc, int zone, Moment now) {
  offset_ = utc - host(now);
  zone_ = zone;
}

std::string cclk_text(Instant utc, int zone) {
  std::array<char, 16> suffix{};
  std::snprintf(suffix.data(), suffix.size(), "%+03d", zone);
  return printed(utc + zone * quarter, false) + suffix.data();
}

std::optional<CclkTime> parse_cclk(std::string_view text) {
  constexpr std::string_view shape = "dd/dd/dd,dd:dd:ddsdd";
  if (text.size() != shape.size()) return std::nullopt;
  for (std::size_t i = 0; i < shape.size(); ++i) {
    const char c = text[i];
    const bool fits = shape[i] == 'd' ? c >= '0' && c <= '9' : shape[i] == 's' ? c == '+' || c == '-' : c == shape[i];
    if (!fits) return std::nullopt;
  }
  const auto two = [&](std::size_t i) { return (text[i] - '0') * 10 + (text[i + 1] - '0'); };
  // A modem that lost its clock shows 1980 or 1970, so two digits from 70 on mean the last century.
  const int yy = two(0);
  const year_month_day date(year(yy < 70 ? 2000 + yy : 1900 + yy), month(static_cast<unsigned>(two(3))),
                            day(static_cast<unsigned>(two(6))));
  const int zone = text[17] == '-' ? -two(18) : two(18);
  if (!date.ok() || two(9) > 23 || two(12) > 59 || two(15) > 59 || zone < -48 || zone > 56) return std::nullopt;
  const Instant local = sys_days(date) + hours(two(9)) + minutes(two(12)) + seconds(two(15));
  return CclkTime{local - zone * quarter, zone};
}

std::string ntp_text(Instant utc) {
  return printed(utc, true);
}

}  // namespace epki::sim
