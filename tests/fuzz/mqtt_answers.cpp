#include "broker-configs/mqtt/packet.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// Once in one piece, once byte by byte: the packets must be the same.
void mqtt_answers(std::string_view bytes) {
  broker::mqtt::Reader whole, pieces;
  std::size_t together = 0, apart = 0;
  whole.feed(bytes);
  while (whole.next()) ++together;
  for (const char c : bytes.substr(0, 4096)) {
    pieces.feed(std::string_view(&c, 1));
    while (pieces.next()) ++apart;
  }
  if (bytes.size() <= 4096 && (together != apart || whole.broken() != pieces.broken())) __builtin_trap();
}

}  // namespace epki::fuzz
