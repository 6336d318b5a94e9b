#include "provision/station/page_rules.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "core/text.hpp"

namespace epki::station {

std::string host_of(std::string_view header) {
  if (header.starts_with('[')) return std::string(header.substr(1, header.find(']') - 1));
  return std::string(header.substr(0, header.find(':')));
}

bool host_allowed(std::string_view header, std::string_view address, const std::vector<std::string>& names) {
  const auto host = lower(host_of(header));
  if (host.empty()) return false;
  if (host == lower(address)) return true;
  if (is_loopback(address) && is_loopback(host)) return true;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return lower(name) == host; });
}

bool origin_allowed(std::string_view origin, std::string_view host_header, bool tls) {
  return equal_ignoring_case(origin, (tls ? "https://" : "http://") + std::string(host_header));
}

std::string cookie(std::string_view header, std::string_view name) {
  for (const auto pair : split(header, ';')) {
    const auto text = trimmed(pair);
    const auto equals = text.find('=');
    if (equals != text.npos && text.substr(0, equals) == name) return std::string(text.substr(equals + 1));
  }
  return {};
}

bool same_secret(std::string_view a, std::string_view b) {
  unsigned different = a.size() == b.size() ? 0 : 1;
  for (std::size_t i = 0; i < a.size(); ++i)
    different |= static_cast<unsigned>(static_cast<unsigned char>(a[i]) ^
                                       static_cast<unsigned char>(b.empty() ? 0 : b[i % b.size()]));
  return different == 0 && !a.empty();
}

bool is_loopback(std::string_view address) {
  if (address == "localhost") return true;
  const std::string text(address);
  in_addr v4{};
  if (::inet_pton(AF_INET, text.c_str(), &v4) == 1) return (ntohl(v4.s_addr) >> 24U) == 127;
  in6_addr v6{};
  return ::inet_pton(AF_INET6, text.c_str(), &v6) == 1 && IN6_IS_ADDR_LOOPBACK(&v6);
}

}  // namespace epki::station
