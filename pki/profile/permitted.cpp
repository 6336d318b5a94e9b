#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>

#include "core/text.hpp"
#include "pki/profile/profile.hpp"

namespace epki::profile {

namespace {

struct Address {
  int family = AF_UNSPEC;
  std::array<unsigned char, 16> octets{};
  bool operator==(const Address&) const = default;
};

// Two texts of one IPv6 address are one address.
std::optional<Address> address(std::string_view text) {
  if (text.find('\0') != std::string_view::npos) return std::nullopt;
  const std::string copy(text);
  for (const int family : {AF_INET, AF_INET6}) {
    Address found{family};
    if (::inet_pton(family, copy.c_str(), found.octets.data()) == 1) return found;
  }
  return std::nullopt;
}

bool is_label(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

std::string why_not_permitted_name(std::string_view text) {
  if (address(text)) return {};
  if (text.starts_with("*.") || text.starts_with('.'))
    return "begins with " + std::string(1, text.front()) + ": a name permits all names below it without that";
  if (text.find('/') != std::string_view::npos) return "is a range of addresses: name each address";
  if (text.empty() || text.size() > 253) return "is no host name";
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_label) ? "" : "is no host name";
}

bool permits(const std::vector<std::string>& permitted_names, std::string_view host_or_address) {
  const auto wanted = address(host_or_address);
  const auto name = lower(host_or_address);
  return permitted_names.empty() ||
         std::any_of(permitted_names.begin(), permitted_names.end(), [&](const std::string& permitted) {
           if (const auto there = address(permitted); there || wanted) return there == wanted;
           const auto base = lower(permitted);
           return name == base || name.ends_with("." + base);
         });
}

}  // namespace epki::profile
