#include "pki/lint/tests/der_tree.hpp"

#include <stdexcept>

#include "core/text.hpp"

namespace epki::lint::test {

namespace {

Node take(std::span<const std::byte>& from) {
  const auto octet = [&](std::size_t i) { return std::to_integer<std::size_t>(from[i]); };
  if (from.size() < 2) throw std::invalid_argument("cut DER");
  std::size_t length = octet(1);
  std::size_t header = 2;
  if (length >= 0x80) {
    const auto width = length & 0x7fU;
    length = 0;
    for (std::size_t i = 0; i < width; ++i) length = length << 8U | octet(2 + i);
    header += width;
  }
  if (from.size() < header + length) throw std::invalid_argument("cut DER");
  Node node{std::to_integer<std::uint8_t>(from[0])};
  auto content = from.subspan(header, length);
  from = from.subspan(header + length);
  if ((node.tag & 0x20U) == 0)
    node.content.assign(content.begin(), content.end());
  else
    while (!content.empty()) node.children.push_back(take(content));
  return node;
}

}  // namespace

Node parse(std::span<const std::byte> der) {
  return take(der);
}

Bytes encode(const Node& node) {
  Bytes content = node.content;
  for (const auto& child : node.children) {
    const auto part = encode(child);
    content.insert(content.end(), part.begin(), part.end());
  }
  Bytes out{std::byte{node.tag}};
  if (content.size() < 0x80) {
    out.push_back(static_cast<std::byte>(content.size()));
  } else {
    Bytes length;
    for (auto rest = content.size(); rest > 0; rest >>= 8U)
      length.insert(length.begin(), static_cast<std::byte>(rest & 0xffU));
    out.push_back(static_cast<std::byte>(0x80U | length.size()));
    out.insert(out.end(), length.begin(), length.end());
  }
  out.insert(out.end(), content.begin(), content.end());
  return out;
}

Bytes bytes(std::string_view hex) {
  std::string digits;
  for (const char c : hex)
    if (c != ' ' && c != '\n') digits += c;
  return from_hex(digits).value();
}

Bytes text_bytes(std::string_view text) {
  const auto all = as_bytes(text);
  return {all.begin(), all.end()};
}

Node primitive(std::uint8_t tag, Bytes content) {
  return {tag, std::move(content), {}};
}

Node sequence(std::vector<Node> children) {
  return {0x30, {}, std::move(children)};
}

}  // namespace epki::lint::test
