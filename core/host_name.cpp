#include "core/host_name.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <string>

namespace epki {

std::optional<IpAddress> parse_ip_address(std::string_view text) {
  // inet_pton stops at a NUL, and so would take what follows it.
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  for (const int family : {AF_INET, AF_INET6}) {
    IpAddress found{family};
    if (::inet_pton(family, copy.c_str(), found.octets.data()) == 1) return found;
  }
  return std::nullopt;
}

bool is_host_label(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace epki
