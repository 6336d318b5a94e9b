#pragma once
// A recording (provision/at/recording.hpp) as the script of a modem.

#include <string>
#include <string_view>
#include <vector>

#include "core/text.hpp"
#include "provision/at/tests/scripted_stream.hpp"

namespace epki::at::test {

/// From the spelling of recordings and transcripts to bytes: \\r, \\n, \\\\ and \\xHH.
inline std::string from_transcript(std::string_view text) {
  const auto nibble = [](char c) { return c <= '9' ? c - '0' : c - 'a' + 10; };
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\' || i + 1 == text.size()) {
      out += text[i];
      continue;
    }
    const char c = text[++i];
    if (c == 'x' && i + 2 < text.size()) {
      out += static_cast<char>(nibble(text[i + 1]) * 16 + nibble(text[i + 2]));
      i += 2;
      continue;
    }
    out += c == 'r' ? '\r' : c == 'n' ? '\n' : c;
  }
  return out;
}

/// What the modem said before it was asked anything comes first, as a turn that hears nothing would: it is dropped, as
/// a port that is opened later drops it.
inline std::vector<Turn> recorded_turns(std::string_view recording) {
  std::vector<Turn> turns;
  bool heard = true;
  for (const auto line : split(recording, '\n')) {
    if (line.size() < 2 || line[0] == '#') continue;
    const auto bytes = from_transcript(line.substr(2));
    if (line[0] == '>') {
      if (heard) turns.push_back({});
      heard = false;
      turns.back().hears += bytes;
    } else if (!turns.empty()) {
      heard = true;
      turns.back().says += bytes;
    }
  }
  return turns;
}

}  // namespace epki::at::test
