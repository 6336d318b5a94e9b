#pragma once
// The first packet of an MQTT client, and what it is answered. Pure functions over bytes.

#include <optional>
#include <string>
#include <string_view>

namespace epki::acceptor {

/// How far the bytes of a connection are a CONNECT (MQTT 3.1.1, 3.1; 3.1 as well, whose protocol name is MQIsdp).
struct Connect {
  enum class State : std::uint8_t {
    incomplete,  ///< more bytes are needed
    whole,
    none,  ///< it is no CONNECT, or one of an unlikely size
  };
  State state = State::incomplete;
  std::string client_id{};  ///< with `whole`
};
Connect parse_connect(std::string_view bytes);

/// CONNACK: 0 accepted, or 5, "not authorized" (MQTT 3.1.1, table 3.1).
std::string connack(bool accepted);

}  // namespace epki::acceptor
