#include "provision/station/acceptor/mqtt_connect.hpp"

#include <cstddef>
#include <cstdint>

namespace epki::acceptor {

namespace {

constexpr std::size_t most = 4096;  // a CONNECT of ours has some forty bytes
constexpr unsigned connect_type = 0x10;

unsigned octet(std::string_view bytes, std::size_t at) {
  return static_cast<unsigned char>(bytes[at]);
}

/// A UTF-8 string with its two length bytes in front (1.5.3); nothing: it goes beyond the packet.
std::optional<std::string_view> take_text(std::string_view& rest) {
  if (rest.size() < 2) return std::nullopt;
  const std::size_t size = octet(rest, 0) << 8U | octet(rest, 1);
  if (rest.size() < 2 + size) return std::nullopt;
  const auto text = rest.substr(2, size);
  rest.remove_prefix(2 + size);
  return text;
}

}  // namespace

Connect parse_connect(std::string_view bytes) {
  const Connect none{Connect::State::none};
  if (bytes.empty()) return {};
  if (octet(bytes, 0) != connect_type) return none;
  // The remaining length: seven bits a byte, least significant first, at most four bytes (2.2.3).
  std::size_t length = 0, at = 1;
  for (unsigned shift = 0;; shift += 7) {
    if (shift > 21) return none;
    if (at >= bytes.size()) return {};
    const auto digit = octet(bytes, at++);
    length |= static_cast<std::size_t>(digit & 0x7fU) << shift;
    if ((digit & 0x80U) == 0) break;
  }
  if (length > most) return none;
  if (bytes.size() < at + length) return {};
  auto rest = bytes.substr(at, length);
  const auto protocol = take_text(rest);
  if (!protocol || (*protocol != "MQTT" && *protocol != "MQIsdp")) return none;
  if (rest.size() < 4) return none;
  rest.remove_prefix(4);  // level, flags, keep alive
  const auto client_id = take_text(rest);
  if (!client_id) return none;
  return {Connect::State::whole, std::string(*client_id)};
}

std::string connack(bool accepted) {
  return {'\x20', '\x02', '\x00', accepted ? '\x00' : '\x05'};
}

}  // namespace epki::acceptor
