#include "sim/net/mqtt_packet.hpp"

#include <algorithm>
#include <optional>

namespace epki::sim::mqtt {

namespace {

unsigned byte_at(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

char as_char(unsigned value) {
  return static_cast<char>(static_cast<unsigned char>(value));
}

// --- reading ---

/// Takes numbers and texts from the front of one packet's body; once something is missing, everything is.
class Body {
 public:
  explicit Body(std::string_view bytes) : rest_(bytes) {}

  int number(std::size_t size) {
    if (rest_.size() < size) return fail();
    unsigned value = 0;
    for (std::size_t i = 0; i < size; ++i) value = value << 8U | byte_at(rest_, i);
    rest_.remove_prefix(size);
    return static_cast<int>(value);
  }

  std::string_view text() {
    const auto size = static_cast<std::size_t>(number(2));
    if (rest_.size() < size) fail();
    if (failed_) return {};
    const auto taken = rest_.substr(0, size);
    rest_.remove_prefix(size);
    return taken;
  }

  std::string_view rest() const { return rest_; }
  bool failed() const { return failed_; }

 private:
  int fail() {
    failed_ = true;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool failed_ = false;
};

Parsed malformed(std::string why) {
  return {.state = Parsed::State::malformed, .consumed = 0, .packet = {}, .why = std::move(why)};
}

std::optional<std::string> read_publish(Packet& packet, unsigned flags, Body& body) {
  packet.retain = (flags & 1U) != 0;
  packet.qos = static_cast<int>(flags >> 1U & 3U);
  packet.duplicate = (flags & 8U) != 0;
  if (packet.qos == 3) return "a PUBLISH with QoS 3";
  packet.topic = body.text();
  if (packet.qos > 0) packet.packet_id = body.number(2);
  if (body.failed()) return "a PUBLISH shorter than its topic";
  if (packet.topic.empty() || packet.topic.find_first_of(std::string_view("+#\0", 3)) != std::string::npos)
    return "a PUBLISH without a topic name";
  if (packet.qos > 0 && packet.packet_id == 0) return "a PUBLISH with packet identifier 0";
  packet.payload = body.rest();
  return std::nullopt;
}

std::optional<std::string> read_connack(Packet& packet, Body& body) {
  const int acknowledge = body.number(1);
  packet.session_present = (acknowledge & 1) != 0;
  packet.codes.push_back(body.number(1));
  if (acknowledge > 1) return "a CONNACK with reserved bits";
  return std::nullopt;
}

std::optional<std::string> read_acknowledgement(Packet& packet, Body& body) {
  packet.packet_id = body.number(2);
  if (body.failed()) return "an acknowledgement without packet identifier";
  if (packet.packet_id == 0) return "an acknowledgement of packet identifier 0";
  if (packet.type != Type::suback) return std::nullopt;
  for (const char code : body.rest()) {
    const int value = static_cast<unsigned char>(code);
    if (value > 2 && value != 128) return "a SUBACK with an unknown return code";
    packet.codes.push_back(value);
  }
  return packet.codes.empty() ? std::optional<std::string>("a SUBACK without return code") : std::nullopt;
}

/// What the first byte alone rules out, so that a peer that speaks something else is not waited for.
std::optional<std::string> check_first_byte(Type type, unsigned flags) {
  switch (type) {
    case Type::publish: return std::nullopt;
    case Type::connack:
    case Type::puback:
    case Type::pubrec:
    case Type::pubrel:
    case Type::pubcomp:
    case Type::suback:
    case Type::unsuback:
    case Type::pingresp: break;
    default: return "a packet that a server does not send";
  }
  if (flags != (type == Type::pubrel ? 2U : 0U)) return "reserved flags in a packet header";
  return std::nullopt;
}

/// What the length rules out before the body is there.
std::optional<std::string> check_length(Type type, std::size_t length) {
  if (length > kLargestPacket) return "a packet of " + std::to_string(length) + " bytes";
  if (type == Type::publish || type == Type::suback) return std::nullopt;
  if (length != (type == Type::pingresp ? 0U : 2U)) return "a packet of the wrong length for its type";
  return std::nullopt;
}

std::optional<std::string> read_body(Packet& packet, unsigned flags, Body body) {
  switch (packet.type) {
    case Type::publish: return read_publish(packet, flags, body);
    case Type::connack: return read_connack(packet, body);
    case Type::pingresp: return std::nullopt;  // its length is its all
    default: return read_acknowledgement(packet, body);
  }
}

// --- writing ---

std::string number_of(std::size_t value) {
  return {as_char(static_cast<unsigned>(value >> 8U)), as_char(static_cast<unsigned>(value))};
}

std::string number_of(int value) {
  return number_of(static_cast<std::size_t>(value & 0xFFFF));
}

std::string text_of(std::string_view text) {
  text = text.substr(0, 65535);
  return number_of(text.size()).append(text);
}

std::string packet_of(Type type, unsigned flags, std::string_view body) {
  std::string packet{as_char(static_cast<unsigned>(type) << 4U | flags)};
  std::size_t left = body.size();
  do {
    const auto seven = static_cast<unsigned>(left & 0x7FU);
    left >>= 7U;
    packet += as_char(left > 0 ? seven | 0x80U : seven);
  } while (left > 0);
  return packet.append(body);
}

}  // namespace

Parsed parse_packet(std::string_view bytes) {
  if (bytes.empty()) return {};
  const auto type = static_cast<Type>(byte_at(bytes, 0) >> 4U);
  const unsigned flags = byte_at(bytes, 0) & 0xFU;
  if (auto wrong = check_first_byte(type, flags)) return malformed(std::move(*wrong));

  std::size_t length = 0;
  std::size_t at = 1;
  for (unsigned shift = 0;; shift += 7, ++at) {
    if (shift > 21) return malformed("a length of more than 4 bytes");
    if (at >= bytes.size()) return {};
    length |= static_cast<std::size_t>(byte_at(bytes, at) & 0x7FU) << shift;
    if ((byte_at(bytes, at) & 0x80U) == 0) break;
  }
  const std::size_t header = at + 1;
  if (auto wrong = check_length(type, length)) return malformed(std::move(*wrong));
  if (bytes.size() - header < length) return {};

  Parsed parsed;
  parsed.packet.type = type;
  if (auto wrong = read_body(parsed.packet, flags, Body(bytes.substr(header, length))))
    return malformed(std::move(*wrong));
  parsed.state = Parsed::State::packet;
  parsed.consumed = header + length;
  return parsed;
}

std::string write_connect(const Connect& connect) {
  unsigned flags = connect.clean ? 0x02U : 0U;
  const bool with_user = !connect.user.empty();
  const bool with_password = with_user && !connect.password.empty();
  if (with_user) flags |= 0x80U;
  if (with_password) flags |= 0x40U;
  std::string body = text_of("MQTT");
  body += as_char(4);  // protocol level of 3.1.1
  body += as_char(flags);
  body += number_of(std::clamp(connect.keepalive_seconds, 0, 65535));
  body += text_of(connect.client_id);
  if (with_user) body += text_of(connect.user);
  if (with_password) body += text_of(connect.password);
  return packet_of(Type::connect, 0, body);
}

std::string write_publish(int packet_id, int qos, bool retain, std::string_view topic, std::string_view payload) {
  std::string body = text_of(topic);
  if (qos > 0) body += number_of(packet_id);
  body += payload;
  return packet_of(Type::publish, (static_cast<unsigned>(qos) & 3U) << 1U | (retain ? 1U : 0U), body);
}

std::string write_subscribe(int packet_id, int qos, std::string_view filter) {
  return packet_of(Type::subscribe, 2, number_of(packet_id) + text_of(filter) + as_char(static_cast<unsigned>(qos)));
}

std::string write_unsubscribe(int packet_id, std::string_view filter) {
  return packet_of(Type::unsubscribe, 2, number_of(packet_id) + text_of(filter));
}

std::string write_acknowledgement(Type type, int packet_id) {
  return packet_of(type, type == Type::pubrel ? 2 : 0, number_of(packet_id));
}

std::string write_pingreq() {
  return packet_of(Type::pingreq, 0, {});
}

std::string write_disconnect() {
  return packet_of(Type::disconnect, 0, {});
}

}  // namespace epki::sim::mqtt
