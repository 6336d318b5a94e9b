#pragma once
// What a text that names a host is made of.

#include <array>
#include <optional>
#include <string_view>

namespace epki {

/// Two texts of one address give equal values.
struct IpAddress {
  int family = 0;                          ///< AF_INET or AF_INET6
  std::array<unsigned char, 16> octets{};  ///< in network order; the first four are an IPv4 address's
  bool operator==(const IpAddress&) const = default;
};

/// As inet_pton(3) reads it, without brackets or zone; nothing for anything else.
std::optional<IpAddress> parse_ip_address(std::string_view text);

/// A label of a host name (RFC 1034, 3.5; RFC 1123, 2.1) or one with underscores: names in private networks have them,
/// and every stack takes them.
bool is_host_label(std::string_view text);

}  // namespace epki
