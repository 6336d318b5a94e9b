#pragma once
#include <array>
#include <cstddef>
#include <span>
#include <string>

namespace epki::ossl {

/// SHA-256 (FIPS 180-4) of the bytes.
std::array<std::byte, 32> sha256(std::span<const std::byte> bytes);

/// The same as 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> bytes);

}  // namespace epki::ossl
