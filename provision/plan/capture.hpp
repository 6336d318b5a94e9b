#pragma once
// A capture of a UART as a conversation: who said what, and when. Captures come in many forms; whatever names the
// direction of a line, or the time, is understood and removed. No I/O.

#include <chrono>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace epki::plan {

struct CaptureLine {
  enum class From : std::uint8_t { host, modem };
  From from = From::modem;
  std::string text{};                             ///< without time, direction and line end
  std::size_t line = 0;                           ///< in the file, from 1
  std::optional<std::chrono::milliseconds> at{};  ///< since midnight or since the first, as the capture counts
};

struct Capture {
  std::vector<CaptureLine> lines{};
  bool directions_named = false;  ///< at least one line said whose it is
  bool host_seen = false;         ///< commands of the host are in it, by name or as the modem's echo
};

/// Understands: raw text with the modem's echo; lines with a time in front (`12:30:01.123`, `[12:30:01.123]`,
/// `2026-07-03 08:56:14`, `1.234`); a direction in front (`>`, `<`, `TX:`, `RX:`, `sendline:`, `recvline:`, `-->`,
/// `<--`, `host:`, `modem:` …); line ends spelled out as `<CR><LF>`, `\r\n`, or, after sendline and recvline, as dots;
/// texts in quotes. Where no direction is named, a line that begins with AT is the host's.
Capture read_capture(std::string_view text);

}  // namespace epki::plan
