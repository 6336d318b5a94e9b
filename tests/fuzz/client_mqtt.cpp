#include "tests/fuzz/targets.hpp"
#include "verify/probe/mqtt_answers.hpp"

namespace epki::fuzz {

// What a modem sends to our responder: once in one piece, once byte by byte.
void client_mqtt(std::string_view bytes) {
  auto whole = probe::mqtt_answers();
  (void)whole(std::string(bytes));
  auto pieces = probe::mqtt_answers();
  for (const char c : bytes.substr(0, 4096)) (void)pieces(std::string(1, c));
}

}  // namespace epki::fuzz
