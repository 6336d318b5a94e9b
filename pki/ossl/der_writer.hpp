#pragma once
// For this room's own files: the little of DER (X.690) that is written by hand where OpenSSL's encoders are too slow.

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

#include "core/secret.hpp"

namespace epki::ossl {

using Der = std::vector<std::byte>;

/// Tags by X.680's names, constructed where the type is.
enum class Tag : std::uint8_t {
  integer = 0x02,
  bit_string = 0x03,
  octet_string = 0x04,
  object_identifier = 0x06,
  utf8_string = 0x0c,
  utc_time = 0x17,
  generalized_time = 0x18,
  sequence = 0x30,
  set = 0x31,
  context_0 = 0xa0,
  context_1 = 0xa1,
  context_3 = 0xa3,
};

/// Appends tag, length and content.
void put(Der& into, Tag tag, std::span<const std::byte> content);
/// Appends bytes that are encoded already.
void put(Der& into, std::span<const std::byte> encoded);
/// A value on its own.
Der encoded(Tag tag, std::span<const std::byte> content);
/// A positive INTEGER from big-endian bytes: no zeros in front, but one where the top bit would make it negative.
void put_integer(Der& into, std::span<const std::byte> magnitude);
/// BIT STRING without unused bits.
void put_bit_string(Der& into, std::span<const std::byte> bits);

/// One PEM block (RFC 7468): 64 columns, LF line ends.
std::string pem_block(std::string_view label, std::span<const std::byte> der);
/// The same for what must not be left lying in memory.
Secret secret_pem_block(std::string_view label, std::span<const std::byte> der);

}  // namespace epki::ossl
