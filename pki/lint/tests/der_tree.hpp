#pragma once
// DER taken apart and put together again, for certificates that no builder makes.

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace epki::lint::test {

using Bytes = std::vector<std::byte>;

struct Node {
  std::uint8_t tag = 0;
  Bytes content{};               ///< of a primitive one
  std::vector<Node> children{};  ///< of a constructed one
};

Node parse(std::span<const std::byte> der);  ///< sound DER of one element; throws otherwise
Bytes encode(const Node& node);

Bytes bytes(std::string_view hex);  ///< "30 00"; spaces are passed over
Bytes text_bytes(std::string_view text);
Node primitive(std::uint8_t tag, Bytes content);
Node sequence(std::vector<Node> children);

/// The parts of a certificate, by their place (RFC 5280, 4.1).
inline Node& tbs(Node& certificate) {
  return certificate.children.at(0);
}
inline Node& validity(Node& certificate) {
  return tbs(certificate).children.at(4);
}
inline Node& spki(Node& certificate) {
  return tbs(certificate).children.at(6);
}

}  // namespace epki::lint::test
