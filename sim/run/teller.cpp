#include "sim/run/teller.hpp"

#include "core/json.hpp"

namespace epki::sim {

namespace {
constexpr std::size_t longest_line = 4096;  // an upload has none: its bytes are not told
}  // namespace

void Teller::take(std::string_view from, std::string& pending, std::string_view bytes,
                  std::chrono::milliseconds since) {
  for (const char c : bytes) {
    if (c != '\r' && c != '\n') {
      if (pending.size() < longest_line) pending += c;
      continue;
    }
    if (!pending.empty()) tell_(Json::object({{"from", from}, {"ms", since.count()}, {"text", pending}}).dump(-1));
    pending.clear();
  }
}

}  // namespace epki::sim
