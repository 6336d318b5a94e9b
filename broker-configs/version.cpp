#include "broker-configs/version.hpp"

#include "core/text.hpp"

namespace epki::broker {

std::string_view word(Version version) {
  switch (version) {
    case Version::v2_0_11: return "2.0.11";
    case Version::v2_0_22: return "2.0.22";
    case Version::v2_1: return "2.1";
  }
  return "?";
}

std::vector<std::string_view> known_versions() {
  return {word(Version::v2_0_11), word(Version::v2_0_22), word(Version::v2_1)};
}

std::optional<Version> parse_version(std::string_view text) {
  const auto parts = split(text, '.');
  if (parts.size() < 2 || parts.size() > 3 || parts[0] != "2") return std::nullopt;
  std::optional<std::int64_t> patch = 0;
  if (parts.size() == 3) patch = parse_integer(parts[2]);
  if (!patch || *patch < 0) return std::nullopt;
  if (parts[1] == "1") return Version::v2_1;
  if (parts[1] != "0" || parts.size() != 3) return std::nullopt;
  // Since 2.0.21 a listener with half of its TLS settings is refused instead of being plain.
  return *patch < 21 ? Version::v2_0_11 : Version::v2_0_22;
}

}  // namespace epki::broker
