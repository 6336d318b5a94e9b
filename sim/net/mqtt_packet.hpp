#pragma once
// MQTT 3.1.1 control packets as values: what a client sends, written; what a server sends, read. No I/O.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace epki::sim::mqtt {

/// The packet types of MQTT 3.1.1, section 2.2.1.
enum class Type : std::uint8_t {
  connect = 1,
  connack,
  publish,
  puback,
  pubrec,
  pubrel,
  pubcomp,
  subscribe,
  suback,
  unsubscribe,
  unsuback,
  pingreq,
  pingresp,
  disconnect
};

/// A packet from the server. Which members mean something depends on the type.
struct Packet {
  Type type = Type::pingresp;
  int packet_id = 0;         ///< not with connack and pingresp; 0 for a QoS 0 publication
  std::vector<int> codes{};  ///< connack: one return code; suback: one per topic filter
  int qos = 0;
  bool retain = false, duplicate = false, session_present = false;
  std::string topic{}, payload{};
};

struct Parsed {
  enum class State : std::uint8_t { need_more, packet, malformed } state = State::need_more;
  std::size_t consumed = 0;  ///< state packet: bytes to drop from the front
  Packet packet{};
  std::string why{};  ///< state malformed
};

/// A larger packet is refused as malformed: a modem has no room for it.
inline constexpr std::size_t kLargestPacket = 256U * 1024U;

/// Reads the first packet of `bytes`, which may hold less or more than one.
Parsed parse_packet(std::string_view bytes);

struct Connect {
  std::string_view client_id, user, password;  ///< empty user: neither user nor password is sent
  bool clean = true;
  int keepalive_seconds = 0;
};

/// Texts are at most 65,535 bytes (section 1.5.3); what is longer is cut.
std::string write_connect(const Connect& connect);
std::string write_publish(int packet_id, int qos, bool retain, std::string_view topic, std::string_view payload);
std::string write_subscribe(int packet_id, int qos, std::string_view filter);
std::string write_unsubscribe(int packet_id, std::string_view filter);
/// PUBACK, PUBREC, PUBREL, PUBCOMP.
std::string write_acknowledgement(Type type, int packet_id);
std::string write_pingreq();
std::string write_disconnect();

}  // namespace epki::sim::mqtt
