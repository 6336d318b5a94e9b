#include "provision/at/wire_log.hpp"

#include <algorithm>
#include <span>

#include "core/secret.hpp"
#include "core/text.hpp"

namespace epki::at {

namespace {

constexpr std::string_view shown_instead = "<secret>";
// Parts of a secret at a cut are masked from this length on; shorter ones would mask half of ordinary text.
constexpr std::size_t shortest_part = 4;
// What was held back this long is written although its line has not ended.
constexpr std::size_t longest_line = 65536;

/// How many characters at the end of `line` begin `secret`.
std::size_t begun_at_end(std::string_view line, std::string_view secret) {
  for (std::size_t n = std::min(line.size(), secret.size()); n >= shortest_part; --n)
    if (line.ends_with(secret.substr(0, n))) return n;
  return 0;
}

/// How many characters at the start of `line` end `secret`.
std::size_t ended_at_start(std::string_view line, std::string_view secret) {
  for (std::size_t n = std::min(line.size(), secret.size()); n >= shortest_part; --n)
    if (line.starts_with(secret.substr(secret.size() - n))) return n;
  return 0;
}

}  // namespace

WireLog::~WireLog() {
  for (std::string& secret : secrets_) wipe(std::as_writable_bytes(std::span(secret)));
}

void WireLog::mask(std::string_view secret) {
  for (std::string_view line : split(secret, '\n')) {
    line = trimmed(line);
    if (line.empty() || line.starts_with("-----")) continue;
    secrets_.emplace_back(line);
  }
  std::stable_sort(secrets_.begin(), secrets_.end(), [](const auto& a, const auto& b) { return a.size() > b.size(); });
}

std::string WireLog::masked(std::string_view text) const {
  std::string out(text);
  for (const std::string& secret : secrets_) {
    for (auto at = out.find(secret); at != std::string::npos; at = out.find(secret, at + shown_instead.size()))
      out.replace(at, secret.size(), shown_instead);
  }
  for (const std::string& secret : secrets_) {
    if (const auto n = begun_at_end(out, secret); n > 0) out.replace(out.size() - n, n, shown_instead);
    if (const auto n = ended_at_start(out, secret); n > 0) out.replace(0, n, shown_instead);
  }
  return out;
}

/// A private key that is read back from a modem is a secret too, and nobody here knows it beforehand: whatever stands
/// between BEGIN and END of one (RFC 7468, 10 and 11) is not shown.
std::string WireLog::shown(std::string_view mark, std::string_view line) {
  bool& inside = mark == "> " ? key_out_ : key_in_;
  const bool ends = line.find("-----END ") != std::string_view::npos;
  if (ends) inside = false;
  const bool hidden = inside;
  if (!ends && line.find("-----BEGIN ") != std::string_view::npos &&
      line.find("PRIVATE KEY-----") != std::string_view::npos)
    inside = true;
  return hidden ? std::string(shown_instead) : visible(masked(line));
}

void WireLog::take(std::string& pending, std::string_view mark, std::string_view bytes) {
  if (!sink_) return;
  for (const char c : bytes) {
    pending += c;
    if (c == '\n' || pending.size() >= longest_line) write(mark, pending);
  }
}

void WireLog::write(std::string_view mark, std::string& pending) {
  if (!sink_ || pending.empty()) return;
  const auto end = pending.find_last_not_of("\r\n");
  const auto length = end == std::string::npos ? 0 : end + 1;
  const std::string line = std::string(mark) + shown(mark, std::string_view(pending).substr(0, length)) +
                           visible(std::string_view(pending).substr(length));
  pending.clear();
  sink_(line);
}

void WireLog::flush() {
  if (!sink_) return;
  write("> ", out_);
  write("< ", in_);
  key_out_ = key_in_ = false;  // a transfer that was cut hides nothing of the next exchange
}

}  // namespace epki::at
