#pragma once
// The MQTT 3.1.1 packets that a smoke test sends and reads. Outside bytes: every length is checked.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace epki::broker::mqtt {

std::string connect_packet(std::string_view client_id, std::string_view user = {});
std::string subscribe_packet(std::uint16_t id, std::string_view topic);                          ///< QoS 1
std::string publish_packet(std::uint16_t id, std::string_view topic, std::string_view payload);  ///< QoS 1
std::string puback_packet(std::uint16_t id);
std::string ping_packet();
std::string disconnect_packet();

enum class Type : std::uint8_t { connack = 2, publish = 3, puback = 4, suback = 9, pingresp = 13, other = 0 };

struct Packet {
  Type type = Type::other;
  std::uint8_t code = 0;  ///< CONNACK: return code; SUBACK: granted QoS, or 0x80
  std::uint16_t id = 0;   ///< of PUBLISH with QoS above 0, PUBACK, SUBACK
  std::string topic{}, payload{};
};

/// Cuts packets from the bytes of a connection, however they arrive.
class Reader {
 public:
  void feed(std::string_view bytes) { pending_ += bytes; }
  /// The next whole packet, or nothing yet. Nothing for ever once broken().
  std::optional<Packet> next();
  /// What came is no MQTT, or a packet larger than a smoke test ever gets: a sentence. Empty: all is well.
  const std::string& broken() const { return broken_; }

 private:
  std::string pending_;
  std::string broken_;
};

}  // namespace epki::broker::mqtt
