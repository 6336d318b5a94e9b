#pragma once
// The broker versions a configuration can be written for.

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

namespace epki::broker {

enum class Version : std::uint8_t {
  v2_0_11,  ///< Debian 12
  v2_0_22,  ///< the last of 2.0: stricter about files and half a TLS listener
  v2_1,
};

std::string_view word(Version version);  ///< "2.0.11", "2.0.22", "2.1"
std::vector<std::string_view> known_versions();
/// "2.0.11", "2.0.22", "2.1"; other releases of the same lines mean the one that behaves like them: up to 2.0.20 the
/// first, later 2.0 ones the second, 2.1.x the third. Nothing for anything else.
std::optional<Version> parse_version(std::string_view text);

}  // namespace epki::broker
