#include "core/clock.hpp"

#include <array>
#include <charconv>
#include <cstdio>

namespace epki {

namespace {

// Reads exactly `digits` decimal digits at `pos` and moves past them.
std::optional<int> take_number(std::string_view text, std::size_t& pos, std::size_t digits) {
  if (pos + digits > text.size()) return std::nullopt;
  int value = 0;
  for (std::size_t i = 0; i < digits; ++i) {
    const char c = text[pos + i];
    if (c < '0' || c > '9') return std::nullopt;
    value = value * 10 + (c - '0');
  }
  pos += digits;
  return value;
}

bool take(std::string_view text, std::size_t& pos, std::string_view any_of) {
  if (pos >= text.size() || any_of.find(text[pos]) == std::string_view::npos) return false;
  ++pos;
  return true;
}

}  // namespace

namespace {

thread_local const ManualTime* manual_time = nullptr;

}  // namespace

Deadline monotonic_now() noexcept {
  return manual_time == nullptr ? std::chrono::steady_clock::now() : manual_time->now();
}

ManualTime::ManualTime() noexcept {
  manual_time = this;
}

ManualTime::~ManualTime() {
  manual_time = nullptr;
}

Instant SystemClock::now() const {
  return std::chrono::time_point_cast<std::chrono::seconds>(std::chrono::system_clock::now());
}

int year_of(Instant at) {
  return static_cast<int>(std::chrono::year_month_day(std::chrono::floor<std::chrono::days>(at)).year());
}

std::string rfc3339(Instant at) {
  const auto day = std::chrono::floor<std::chrono::days>(at);
  const std::chrono::year_month_day date{day};
  const std::chrono::hh_mm_ss time{at - day};
  const int year = static_cast<int>(date.year());
  if (year < 0 || year > 9999) {  // RFC 3339 has no such year; what is printed still tells what was meant
    std::array<char, 40> text{};
    const int n = std::snprintf(text.data(), text.size(), "%04d-%02u-%02uT%02d:%02d:%02dZ", year,
                                static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                                static_cast<int>(time.hours().count()), static_cast<int>(time.minutes().count()),
                                static_cast<int>(time.seconds().count()));
    return {text.data(), static_cast<std::size_t>(n)};
  }
  // Written out: a batch of certificates asks four times for each.
  std::string text = "0000-00-00T00:00:00Z";
  const auto put = [&text](std::size_t place, unsigned value, std::size_t digits) {
    for (std::size_t i = digits; i-- > 0; value /= 10) text[place + i] = static_cast<char>('0' + value % 10);
  };
  put(0, static_cast<unsigned>(year), 4);
  put(5, static_cast<unsigned>(date.month()), 2);
  put(8, static_cast<unsigned>(date.day()), 2);
  put(11, static_cast<unsigned>(time.hours().count()), 2);
  put(14, static_cast<unsigned>(time.minutes().count()), 2);
  put(17, static_cast<unsigned>(time.seconds().count()), 2);
  return text;
}

std::optional<Instant> parse_rfc3339(std::string_view text) {
  std::size_t pos = 0;
  const auto year = take_number(text, pos, 4);
  if (!year || !take(text, pos, "-")) return std::nullopt;
  const auto month = take_number(text, pos, 2);
  if (!month || !take(text, pos, "-")) return std::nullopt;
  const auto day = take_number(text, pos, 2);
  if (!day || !take(text, pos, "Tt ")) return std::nullopt;
  const auto hour = take_number(text, pos, 2);
  if (!hour || !take(text, pos, ":")) return std::nullopt;
  const auto minute = take_number(text, pos, 2);
  if (!minute || !take(text, pos, ":")) return std::nullopt;
  const auto second = take_number(text, pos, 2);
  if (!second) return std::nullopt;
  if (take(text, pos, ".")) {
    const std::size_t start = pos;
    while (pos < text.size() && text[pos] >= '0' && text[pos] <= '9') ++pos;
    if (pos == start) return std::nullopt;
  }
  std::chrono::minutes offset{0};
  if (!take(text, pos, "Zz")) {
    const bool west = pos < text.size() && text[pos] == '-';
    if (!take(text, pos, "+-")) return std::nullopt;
    const auto off_hour = take_number(text, pos, 2);
    if (!off_hour || !take(text, pos, ":")) return std::nullopt;
    const auto off_minute = take_number(text, pos, 2);
    if (!off_minute || *off_hour > 23 || *off_minute > 59) return std::nullopt;
    offset = std::chrono::hours(*off_hour) + std::chrono::minutes(*off_minute);
    if (west) offset = -offset;
  }
  const std::chrono::year_month_day date{std::chrono::year(*year), std::chrono::month(static_cast<unsigned>(*month)),
                                         std::chrono::day(static_cast<unsigned>(*day))};
  // A leap second (60) is taken, as RFC 3339 section 5.7 wants, and counts as the next second.
  if (pos != text.size() || !date.ok() || *hour > 23 || *minute > 59 || *second > 60) return std::nullopt;
  return std::chrono::sys_days(date) + std::chrono::hours(*hour) + std::chrono::minutes(*minute) +
         std::chrono::seconds(*second) - offset;
}

}  // namespace epki
