#include "pki/ossl/der_writer.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "pki/ossl/handles.hpp"

namespace epki::ossl {

namespace {

constexpr std::size_t line_bytes = 48;  // 64 columns of base64

void put_length(Der& into, std::size_t length) {
  if (length < 0x80) {
    into.push_back(static_cast<std::byte>(length));
    return;
  }
  std::size_t octets = 1;
  while ((length >> (8 * octets)) != 0) ++octets;
  into.push_back(static_cast<std::byte>(0x80 | octets));
  while (octets-- > 0) into.push_back(static_cast<std::byte>((length >> (8 * octets)) & 0xff));
}

std::size_t pem_size(std::string_view label, std::size_t bytes) {
  const std::size_t base64 = (bytes + 2) / 3 * 4;
  const std::size_t lines = (bytes + line_bytes - 1) / line_bytes;
  return 2 * label.size() + std::strlen("-----BEGIN -----\n") + std::strlen("-----END -----\n") + base64 + lines;
}

// `into` has pem_size() bytes. EVP_EncodeBlock ends what it writes with a NUL, which the line's end then overwrites.
void write_pem(char* into, std::string_view label, std::span<const std::byte> der) {
  const auto text = [&into](std::string_view part) {
    std::memcpy(into, part.data(), part.size());
    into += part.size();
  };
  text("-----BEGIN ");
  text(label);
  text("-----\n");
  while (!der.empty()) {
    const auto n = std::min(line_bytes, der.size());
    into += EVP_EncodeBlock(reinterpret_cast<unsigned char*>(into), reinterpret_cast<const unsigned char*>(der.data()),
                            static_cast<int>(n));
    *into++ = '\n';
    der = der.subspan(n);
  }
  text("-----END ");
  text(label);
  text("-----\n");
}

}  // namespace

void put(Der& into, Tag tag, std::span<const std::byte> content) {
  into.push_back(static_cast<std::byte>(tag));
  put_length(into, content.size());
  put(into, content);
}

void put(Der& into, std::span<const std::byte> encoded) {
  into.insert(into.end(), encoded.begin(), encoded.end());
}

Der encoded(Tag tag, std::span<const std::byte> content) {
  Der value;
  value.reserve(content.size() + 8);
  put(value, tag, content);
  return value;
}

void put_integer(Der& into, std::span<const std::byte> magnitude) {
  while (magnitude.size() > 1 && magnitude.front() == std::byte{0}) magnitude = magnitude.subspan(1);
  const bool negative = !magnitude.empty() && (magnitude.front() & std::byte{0x80}) != std::byte{0};
  into.push_back(static_cast<std::byte>(Tag::integer));
  put_length(into, std::max<std::size_t>(magnitude.size(), 1) + (negative ? 1 : 0));
  if (negative || magnitude.empty()) into.push_back(std::byte{0});
  put(into, magnitude);
}

void put_bit_string(Der& into, std::span<const std::byte> bits) {
  into.push_back(static_cast<std::byte>(Tag::bit_string));
  put_length(into, bits.size() + 1);
  into.push_back(std::byte{0});
  put(into, bits);
}

std::string pem_block(std::string_view label, std::span<const std::byte> der) {
  std::string text(pem_size(label, der.size()), '\0');
  write_pem(text.data(), label, der);
  return text;
}

Secret secret_pem_block(std::string_view label, std::span<const std::byte> der) {
  Secret text(pem_size(label, der.size()));
  write_pem(reinterpret_cast<char*>(text.bytes().data()), label, der);
  return text;
}

}  // namespace epki::ossl
