#include <array>
#include <charconv>
#include <chrono>
#include <cstdio>

#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/replies.hpp"

namespace epki::ec200u {

namespace {

using std::chrono::days;
using std::chrono::hours;
using std::chrono::minutes;
using std::chrono::seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

struct Reading {
  sys_seconds shown;  ///< as if it were UTC
  minutes zone;
};

/// Reads digits (between `least` and `most` of them) and then `end`, unless that is 0.
std::optional<int> take_number(std::string_view& rest, std::size_t least, std::size_t most, char end) {
  std::size_t n = 0;
  while (n < rest.size() && n < most && rest[n] >= '0' && rest[n] <= '9') ++n;
  int value = 0;
  if (n < least || std::from_chars(rest.data(), rest.data() + n, value).ec != std::errc{}) return std::nullopt;
  rest.remove_prefix(n);
  if (end != 0) {
    if (!rest.starts_with(end)) return std::nullopt;
    rest.remove_prefix(1);
  }
  return value;
}

std::optional<minutes> take_zone(std::string_view rest) {
  if (rest.empty()) return minutes(0);
  const bool west = rest.front() == '-';
  if (!west && rest.front() != '+') return std::nullopt;
  rest.remove_prefix(1);
  const auto quarters = take_number(rest, 1, 2, 0);
  if (!quarters || !rest.empty()) return std::nullopt;
  return minutes((west ? -15 : 15) * *quarters);
}

std::optional<Reading> parse_reading(std::string_view rest) {
  const auto first_slash = rest.find('/');
  const auto year = take_number(rest, 2, 4, '/');
  const auto month = take_number(rest, 1, 2, '/');
  const auto day = take_number(rest, 1, 2, ',');
  if (!year || !month || !day || (first_slash != 2 && first_slash != 4)) return std::nullopt;
  const auto hour = take_number(rest, 1, 2, ':');
  const auto minute = take_number(rest, 1, 2, ':');
  const auto second = take_number(rest, 1, 2, 0);
  const auto zone = take_zone(rest);
  if (!hour || !minute || !second || !zone || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  const int full_year = first_slash == 4 ? *year : *year + (*year >= 70 ? 1900 : 2000);
  const std::chrono::year_month_day date{std::chrono::year(full_year),
                                         std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  if (!date.ok()) return std::nullopt;
  return Reading{sys_days(date) + hours(*hour) + minutes(*minute) + seconds(*second), *zone};
}

}  // namespace

Result<ClockReading> parse_clock(std::string_view line) {
  const auto fields = parse_fields(line, "+CCLK:");
  if (!fields || fields->size() != 1) return not_understood("reading the modem's clock", line);
  const std::string& text = fields->front().text;
  const auto reading = parse_reading(text);
  if (!reading) return not_understood("reading the modem's clock", line);
  return ClockReading{reading->shown - reading->zone, text};
}

Result<NetworkTime> parse_network_time(std::string_view line) {
  const auto fields = parse_fields(line, "+QNTP:");
  const auto code = fields ? fields->front().number() : std::nullopt;
  if (!code) return not_understood("reading the network time", line);
  if (*code != 0) return NetworkTime{*code, {}};
  const auto reading = fields->size() > 1 ? parse_reading((*fields)[1].text) : std::nullopt;
  if (!reading) return not_understood("reading the network time", line);
  return NetworkTime{0, reading->shown};
}

std::optional<std::string> clock_value(Instant utc) {
  const auto day = std::chrono::floor<days>(utc);
  const std::chrono::year_month_day date(day);
  const std::chrono::hh_mm_ss time(utc - day);
  const int year = static_cast<int>(date.year());
  if (year < 1970 || year > 2069) return std::nullopt;
  std::array<char, 40> text{};
  std::snprintf(text.data(), text.size(), "%02d/%02u/%02u,%02d:%02d:%02d+00", year % 100,
                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                static_cast<int>(time.seconds().count()));
  return std::string(text.data());
}

}  // namespace epki::ec200u
