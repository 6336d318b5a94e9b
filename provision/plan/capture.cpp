#include "provision/plan/capture.hpp"

#include <algorithm>
#include <array>
#include <utility>

#include "core/text.hpp"

namespace epki::plan {

namespace {

using From = CaptureLine::From;
using std::chrono::milliseconds;

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

/// Takes digits from the front; nothing when there is none.
std::optional<std::int64_t> take_number(std::string_view& text, std::size_t most = 12) {
  std::size_t n = 0;
  while (n < text.size() && n < most && is_digit(text[n])) ++n;
  const auto value = parse_integer(text.substr(0, n));
  if (n == 0 || !value) return std::nullopt;
  text.remove_prefix(n);
  return value;
}

bool take(std::string_view& text, char c) {
  if (text.empty() || text.front() != c) return false;
  text.remove_prefix(1);
  return true;
}

/// ".123" or ",123456", as milliseconds.
std::int64_t take_fraction(std::string_view& text) {
  if (text.size() < 2 || (text.front() != '.' && text.front() != ',') || !is_digit(text[1])) return 0;
  text.remove_prefix(1);
  std::int64_t value = 0;
  int digits = 0;
  while (!text.empty() && is_digit(text.front())) {
    if (digits++ < 3) value = value * 10 + (text.front() - '0');
    text.remove_prefix(1);
  }
  for (; digits < 3; ++digits) value *= 10;
  return value;
}

/// "hh:mm:ss[.fff]".
std::optional<milliseconds> take_time_of_day(std::string_view& text) {
  auto rest = text;
  const auto hours = take_number(rest, 2);
  if (!hours || !take(rest, ':')) return std::nullopt;
  const auto minutes = take_number(rest, 2);
  if (!minutes || !take(rest, ':')) return std::nullopt;
  const auto seconds = take_number(rest, 2);
  if (!seconds) return std::nullopt;
  const auto fraction = take_fraction(rest);
  text = rest;
  return milliseconds(((*hours * 60 + *minutes) * 60 + *seconds) * 1000 + fraction);
}

/// "yyyy-MM-dd" or "yyyy/MM/dd", and what stands between it and the time.
void drop_date(std::string_view& text) {
  auto rest = text;
  const auto year = take_number(rest, 4);
  if (!year || *year < 1970) return;
  const char between = rest.empty() ? '\0' : rest.front();
  if ((between != '-' && between != '/') || !take(rest, between) || !take_number(rest, 2) || !take(rest, between) ||
      !take_number(rest, 2))
    return;
  while (!rest.empty() && (rest.front() == ' ' || rest.front() == 'T')) rest.remove_prefix(1);
  text = rest;
}

/// A time at the front of a line, in brackets or not. A bare number counts only with a fraction: "1.234".
std::optional<milliseconds> take_time(std::string_view& text) {
  auto rest = trimmed(text);
  const bool bracket = !rest.empty() && rest.front() == '[';
  if (bracket) rest = trimmed(rest.substr(1));
  drop_date(rest);
  auto at = take_time_of_day(rest);
  if (!at) {
    const auto seconds = take_number(rest);
    if (!seconds || rest.empty() || rest.front() != '.') return std::nullopt;
    at = milliseconds(*seconds * 1000 + take_fraction(rest));
  }
  take(rest, 'Z');
  if (bracket) {
    rest = trimmed(rest);
    if (!take(rest, ']')) return std::nullopt;
  }
  rest = trimmed(rest);
  if (!take(rest, ':')) take(rest, '|');
  text = trimmed(rest);
  return at;
}

struct Mark {
  std::string_view text;
  From from;
  bool dots = false;  ///< CR and LF are printed as dots
};

// Longer ones first: "<--" is no "<".
constexpr std::array marks{
    Mark{"sendline:", From::host, true},
    Mark{"recvline:", From::modem, true},
    Mark{"[host]", From::host},
    Mark{"[modem]", From::modem},
    Mark{"modem:", From::modem},
    Mark{"host:", From::host},
    Mark{"mcu:", From::host},
    Mark{"[tx]", From::host},
    Mark{"[rx]", From::modem},
    Mark{"send:", From::host},
    Mark{"recv:", From::modem},
    Mark{"sent:", From::host},
    Mark{"received:", From::modem},
    Mark{"tx:", From::host},
    Mark{"rx:", From::modem},
    Mark{"out:", From::host},
    Mark{"in:", From::modem},
    Mark{"-->", From::host},
    Mark{"<--", From::modem},
    Mark{"->", From::host},
    Mark{"<-", From::modem},
    Mark{">>", From::host},
    Mark{"<<", From::modem},
    Mark{"tx ", From::host},
    Mark{"rx ", From::modem},
    Mark{"> ", From::host},
    Mark{"< ", From::modem},
    Mark{">AT", From::host},
    Mark{">at", From::host},
};

const Mark* take_mark(std::string_view& text) {
  for (const auto& mark : marks) {
    if (text.size() < mark.text.size() || !equal_ignoring_case(text.substr(0, mark.text.size()), mark.text)) continue;
    const bool glued = lower(mark.text).ends_with("at");  // ">AT": the mark is the first character alone
    text.remove_prefix(glued ? 1 : mark.text.size());
    return &mark;
  }
  return nullptr;
}

void drop_all(std::string& text, std::string_view what) {
  for (auto at = text.find(what); at != std::string::npos; at = text.find(what)) text.erase(at, what.size());
}

std::string without_line_ends(std::string_view text, bool dots) {
  std::string out(trimmed(text));
  const bool quoted =
      out.size() >= 2 && out.front() == '"' && out.back() == '"' && out.find("\\r") != std::string::npos;
  if (quoted) {
    out = out.substr(1, out.size() - 2);
    for (auto at = out.find("\\\""); at != std::string::npos; at = out.find("\\\"", at + 1)) out.erase(at, 1);
  }
  for (const auto* end : {"<CR>", "<LF>", "<cr>", "<lf>", "\\r", "\\n"}) drop_all(out, end);
  if (dots)
    while (!out.empty() && out.back() == '.') out.pop_back();
  return std::string(trimmed(out));
}

bool is_command(std::string_view text) {
  return text.size() >= 2 && equal_ignoring_case(text.substr(0, 2), "AT") &&
         (text.size() == 2 || std::string_view("+&EeIiZzDdHhVvQq?=").find(text[2]) != std::string_view::npos);
}

/// One physical line may hold several: `"\r\n+CPIN: READY\r\n\r\nOK\r\n"`.
std::vector<std::string> parts_of(std::string_view text) {
  std::string flat(text);
  for (const auto* end : {"<CR><LF>", "<LF>", "\\r\\n", "\\n"})
    for (auto at = flat.find(end); at != std::string::npos; at = flat.find(end))
      flat.replace(at, std::string_view(end).size(), "\n");
  std::replace(flat.begin(), flat.end(), '\r', '\n');
  std::vector<std::string> parts;
  for (const auto part : split(flat, '\n')) parts.emplace_back(part);
  return parts;
}

}  // namespace

Capture read_capture(std::string_view text) {
  Capture capture;
  std::optional<milliseconds> at;
  std::size_t number = 0;
  for (auto physical : split(text, '\n')) {
    ++number;
    auto rest = trimmed(physical);
    if (const auto time = take_time(rest)) at = time;
    const auto* mark = take_mark(rest);
    // Some write the time behind the direction.
    if (mark != nullptr)
      if (const auto time = take_time(rest)) at = time;
    for (const auto& part : parts_of(rest)) {
      auto line = without_line_ends(part, mark != nullptr && mark->dots);
      if (line.empty() || line == "\"") continue;
      // The prompt for data is the modem's, whatever it looks like.
      const bool prompt = line == ">";
      From from = is_command(line) ? From::host : From::modem;
      if (mark != nullptr && !prompt) {
        from = mark->from;
        capture.directions_named = true;
      }
      // What the modem echoes is what the host has sent.
      if (from == From::modem && is_command(line)) from = From::host;
      const bool echo = from == From::host && !capture.lines.empty() && capture.lines.back().from == From::host &&
                        capture.lines.back().text == line;
      if (echo) continue;
      capture.host_seen = capture.host_seen || from == From::host;
      capture.lines.push_back({.from = from, .text = std::move(line), .line = number, .at = at});
    }
  }
  return capture;
}

}  // namespace epki::plan
