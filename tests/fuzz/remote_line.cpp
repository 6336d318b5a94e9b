#include "tests/fuzz/targets.hpp"
#include "verify/probe/line_feed.hpp"
#include "verify/probe/remote_protocol.hpp"

namespace epki::fuzz {

void remote_line(std::string_view bytes) {
  probe::LineFeed lines(probe::remote::longest_line);
  lines.feed(bytes);
  lines.feed("\n");
  while (const auto line = lines.next()) {
    (void)probe::remote::parse_greeting(*line);
    // What was understood can be said again, and means the same.
    if (const auto reply = probe::remote::parse_reply(*line)) {
      const auto again = probe::remote::render(*reply);
      const auto same = probe::remote::parse_reply(again);
      if (!same || probe::remote::render(*same) != again) __builtin_trap();
    }
    if (const auto request = probe::remote::parse_request(*line)) {
      const auto again = probe::remote::render(*request);
      if (!again || !probe::remote::parse_request(*again)) __builtin_trap();
    }
  }
}

}  // namespace epki::fuzz
