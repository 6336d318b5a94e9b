#include "broker-configs/mqtt/packet.hpp"

#include <utility>

namespace epki::broker::mqtt {

namespace {

constexpr std::size_t largest = 1U << 20U;

char byte(unsigned value) {
  return static_cast<char>(static_cast<unsigned char>(value));
}

std::string number(std::size_t size) {
  const auto value = static_cast<unsigned>(size);
  return {byte(value >> 8U), byte(value & 0xffU)};
}

std::string text(std::string_view value) {
  return number(value.size()) + std::string(value);
}

// Remaining Length: seven bits a byte, least first (MQTT 3.1.1, 2.2.3).
std::string packet(unsigned first, const std::string& body) {
  std::string out{byte(first)};
  auto left = body.size();
  do {
    const auto digit = static_cast<unsigned>(left & 0x7fU);
    left >>= 7U;
    out += byte(digit | (left > 0 ? 0x80U : 0U));
  } while (left > 0);
  return out + body;
}

unsigned at(std::string_view bytes, std::size_t i) {
  return static_cast<unsigned char>(bytes[i]);
}

std::uint16_t number_at(std::string_view bytes, std::size_t i) {
  return static_cast<std::uint16_t>(at(bytes, i) << 8U | at(bytes, i + 1));
}

struct Length {
  std::size_t value = 0;
  std::size_t bytes = 0;  // 0: not all of it is there yet
  bool wrong = false;
};

Length length_of(std::string_view bytes) {
  Length length;
  for (std::size_t i = 0; i < 4; ++i) {
    if (i + 1 >= bytes.size()) return {};
    const auto digit = at(bytes, i + 1);
    length.value |= static_cast<std::size_t>(digit & 0x7fU) << (7 * i);
    if ((digit & 0x80U) == 0) {
      length.bytes = i + 1;
      return length;
    }
  }
  length.wrong = true;
  return length;
}

std::optional<Packet> parsed(unsigned first, std::string_view body) {
  Packet packet;
  switch (first >> 4U) {
    case 2:
      if (body.size() != 2) return std::nullopt;
      packet.type = Type::connack;
      packet.code = static_cast<std::uint8_t>(at(body, 1));
      return packet;
    case 3: {
      packet.type = Type::publish;
      if (body.size() < 2) return std::nullopt;
      const std::size_t topic = number_at(body, 0);
      const bool has_id = (first & 6U) != 0;
      std::size_t used = 2 + topic;
      if (body.size() < used + (has_id ? 2 : 0)) return std::nullopt;
      packet.topic = std::string(body.substr(2, topic));
      if (has_id) packet.id = number_at(body, used);
      used += has_id ? 2 : 0;
      packet.payload = std::string(body.substr(used));
      return packet;
    }
    case 4:
      if (body.size() != 2) return std::nullopt;
      packet.type = Type::puback;
      packet.id = number_at(body, 0);
      return packet;
    case 9:
      if (body.size() != 3) return std::nullopt;
      packet.type = Type::suback;
      packet.id = number_at(body, 0);
      packet.code = static_cast<std::uint8_t>(at(body, 2));
      return packet;
    case 13: packet.type = Type::pingresp; return packet;
    default: return packet;
  }
}

}  // namespace

std::string connect_packet(std::string_view client_id, std::string_view user) {
  // Clean session, 60 s keep-alive (3.1).
  return packet(0x10, text("MQTT") + byte(4) + byte(user.empty() ? 0x02U : 0x82U) + number(60) + text(client_id) +
                          (user.empty() ? "" : text(user)));
}

std::string subscribe_packet(std::uint16_t id, std::string_view topic) {
  return packet(0x82, number(id) + text(topic) + byte(1));
}

std::string publish_packet(std::uint16_t id, std::string_view topic, std::string_view payload) {
  return packet(0x32, text(topic) + number(id) + std::string(payload));
}

std::string puback_packet(std::uint16_t id) {
  return packet(0x40, number(id));
}

std::string ping_packet() {
  return packet(0xc0, "");
}

std::string disconnect_packet() {
  return packet(0xe0, "");
}

std::optional<Packet> Reader::next() {
  if (!broken_.empty() || pending_.size() < 2) return std::nullopt;
  const auto length = length_of(pending_);
  if (length.wrong || length.value > largest) {
    broken_ = "what came is no MQTT, or larger than anything asked for";
    return std::nullopt;
  }
  const auto whole = 1 + length.bytes + length.value;
  if (length.bytes == 0 || pending_.size() < whole) return std::nullopt;
  auto result = parsed(static_cast<unsigned char>(pending_[0]),
                       std::string_view(pending_).substr(1 + length.bytes, length.value));
  pending_.erase(0, whole);
  if (!result) broken_ = "a packet does not hold what its type says";
  return result;
}

}  // namespace epki::broker::mqtt
