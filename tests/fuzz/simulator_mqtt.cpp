#include "sim/net/mqtt_packet.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

// What a broker sends to the simulated modem, read packet after packet as the simulator does.
void simulator_mqtt(std::string_view bytes) {
  while (!bytes.empty()) {
    const auto parsed = sim::mqtt::parse_packet(bytes);
    if (parsed.state != sim::mqtt::Parsed::State::packet) return;
    if (parsed.consumed == 0 || parsed.consumed > bytes.size()) __builtin_trap();
    bytes.remove_prefix(parsed.consumed);
  }
}

}  // namespace epki::fuzz
