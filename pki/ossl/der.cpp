#include "pki/ossl/der.hpp"

namespace epki::ossl {

namespace {

constexpr std::uint8_t constructed = 0x20;
constexpr std::uint8_t boolean_tag = 0x01;
constexpr std::uint8_t integer_tag = 0x02;
constexpr std::uint8_t bit_string_tag = 0x03;
constexpr int deepest = 32;

std::uint8_t octet(std::span<const std::byte> bytes, std::size_t at) {
  return std::to_integer<std::uint8_t>(bytes[at]);
}

// What is wrong with the contents of one primitive element.
std::string content_defect(const DerElement& element) {
  const auto& c = element.content;
  switch (element.tag) {
    case boolean_tag:
      if (c.size() != 1 || (octet(c, 0) != 0x00 && octet(c, 0) != 0xff))
        return "a BOOLEAN is neither 00 nor ff (X.690, 11.1)";
      return {};
    case integer_tag:
      if (c.empty()) return "an INTEGER is empty (X.690, 8.3.1)";
      if (c.size() > 1 && ((octet(c, 0) == 0x00 && octet(c, 1) < 0x80) || (octet(c, 0) == 0xff && octet(c, 1) >= 0x80)))
        return "an INTEGER has octets too many (X.690, 8.3.2)";
      return {};
    case bit_string_tag:
      if (c.empty() || octet(c, 0) > 7 || (c.size() == 1 && octet(c, 0) != 0))
        return "a BIT STRING has a wrong number of unused bits (X.690, 8.6.2)";
      if (c.size() > 1 && (octet(c, c.size() - 1) & ((1U << octet(c, 0)) - 1U)) != 0)
        return "the unused bits of a BIT STRING are not zero (X.690, 11.2.1)";
      return {};
    default: return {};
  }
}

std::string walk(std::span<const std::byte> bytes, std::size_t offset, int depth) {
  while (!bytes.empty()) {
    const auto element = der_element(bytes);
    if (!element)
      return "a tag or length at offset " + std::to_string(offset) +
             " is not in its shortest definite form, or runs beyond its container (X.690, 10.1)";
    auto defect = content_defect(*element);
    if (!defect.empty()) return defect + ", at offset " + std::to_string(offset);
    if ((element->tag & constructed) != 0) {
      if (depth == deepest) return "more than 32 levels, at offset " + std::to_string(offset);
      defect = walk(element->content, offset + element->size - element->content.size(), depth + 1);
      if (!defect.empty()) return defect;
    }
    bytes = bytes.subspan(element->size);
    offset += element->size;
  }
  return {};
}

}  // namespace

std::optional<DerElement> der_element(std::span<const std::byte> bytes) {
  if (bytes.size() < 2 || (octet(bytes, 0) & 0x1fU) == 0x1fU) return std::nullopt;
  std::size_t length = octet(bytes, 1);
  std::size_t header = 2;
  if (length >= 0x80) {
    const std::size_t width = length & 0x7fU;
    if (width == 0 || width > sizeof(std::uint32_t) || bytes.size() < 2 + width) return std::nullopt;
    length = 0;
    for (std::size_t i = 0; i < width; ++i) length = (length << 8U) | octet(bytes, 2 + i);
    if (length < 0x80 || octet(bytes, 2) == 0) return std::nullopt;
    header += width;
  }
  if (length > bytes.size() - header) return std::nullopt;
  return DerElement{octet(bytes, 0), bytes.subspan(header, length), header + length};
}

std::optional<std::vector<DerElement>> der_elements(std::span<const std::byte> bytes) {
  std::vector<DerElement> all;
  while (!bytes.empty()) {
    const auto element = der_element(bytes);
    if (!element) return std::nullopt;
    all.push_back(*element);
    bytes = bytes.subspan(element->size);
  }
  return all;
}

std::string der_defect(std::span<const std::byte> bytes) {
  return walk(bytes, 0, 0);
}

}  // namespace epki::ossl
