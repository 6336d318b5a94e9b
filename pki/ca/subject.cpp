#include "pki/ca/subject.hpp"

#include <algorithm>
#include <optional>
#include <vector>

#include "core/text.hpp"

namespace epki::ca {

namespace {

constexpr std::size_t common_name_bound = 64;  // ub-common-name and ub-organization-name, RFC 5280, appendix A.1

// The number of characters, or nothing when the bytes are no UTF-8 (RFC 3629) or hold a control character.
std::optional<std::size_t> characters(std::string_view text) {
  std::size_t n = 0;
  while (!text.empty()) {
    const auto first = static_cast<unsigned char>(text.front());
    const std::size_t size = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
    if (size == 0 || size > text.size() || first < 0x20 || first == 0x7f) return std::nullopt;
    for (std::size_t i = 1; i < size; ++i)
      if ((static_cast<unsigned char>(text[i]) & 0xc0U) != 0x80U) return std::nullopt;
    const auto second = size > 1 ? static_cast<unsigned char>(text[1]) : 0U;
    const bool overlong = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
    const bool surrogate = first == 0xed && second >= 0xa0;
    const bool beyond = first == 0xf4 && second >= 0x90;
    const bool c1_control = first == 0xc2 && second < 0xa0;
    if (overlong || surrogate || beyond || c1_control) return std::nullopt;
    text.remove_prefix(size);
    ++n;
  }
  return n;
}

Error bad_host(const std::string& host) {
  if (host.size() > 253)
    return Error{Errc::usage, "a host name of " + std::to_string(host.size()) + " bytes is longer than DNS allows",
                 "use at most 253 bytes"};
  return Error{
      Errc::usage, "\"" + visible(host) + "\" is no host name",
      "use labels of letters, digits and hyphens (a name in another script in its xn-- form), with no port, no "
      "scheme and no final dot"};
}

// Names are compared without regard to case (RFC 4343).
void take_once(std::vector<std::string>& into, const std::string& name) {
  const auto same = [&](const std::string& other) { return equal_ignoring_case(other, name); };
  if (std::none_of(into.begin(), into.end(), same)) into.push_back(name);
}

}  // namespace

Result<ossl::Name> ca_subject(std::string_view name, std::string_view role) {
  const auto size = characters(name);
  const auto most = std::to_string(common_name_bound - role.size());
  if (!size || trimmed(name).empty())
    return Error{Errc::usage, "\"" + visible(name) + "\" cannot be a project's name in a certificate",
                 "give --name a text of 1 to " + most + " characters, in UTF-8, without control characters"};
  if (*size + role.size() > common_name_bound)
    return Error{Errc::usage, "a project name of " + counted(*size, "character") + " does not fit into a certificate",
                 "give --name a text of at most " + most + " characters"};
  return ossl::Name{{"O", std::string(name)}, {"CN", std::string(name) + std::string(role)}};
}

std::string issuing_role(Purpose purpose, std::string_view label) {
  std::string role = purpose == Purpose::server ? " issuing" : " device issuing";
  if (!label.empty()) role += " " + std::string(label);
  return role;
}

Result<ossl::Name> client_subject(std::string_view name) {
  const auto size = characters(name);
  if (!size || *size == 0 || trimmed(name).size() != name.size())
    return Error{Errc::usage, "\"" + visible(name) + "\" cannot be a device's name",
                 "use 1 to 64 characters, in UTF-8, without control characters and without spaces at the ends"};
  if (*size > common_name_bound)
    return Error{Errc::usage, "a device name of " + counted(*size, "character") + " does not fit into a certificate",
                 "use at most 64 characters"};
  if (name.find_first_of("/+#") != name.npos || name.starts_with('$'))
    return Error{Errc::usage, "\"" + visible(name) + "\" cannot be a device's name: it is also a level of its topics",
                 "leave out / + # and a leading $"};
  return ossl::Name{{"CN", std::string(name)}};
}

Result<ServerSubject> server_subject(const ServerNames& names) {
  std::vector<std::string> dns, ips;
  for (const auto& host : names.hosts) {
    if (is_ip_address(host))
      take_once(ips, host);  // dialled as an address, so it must be findable as one
    else if (!is_host_name(host))
      return bad_host(host);
    take_once(dns, host);
  }
  for (const auto& ip : names.ips) {
    if (!is_ip_address(ip))
      return Error{Errc::usage, "\"" + visible(ip) + "\" is no IP address", "write it as 192.0.2.1 or 2001:db8::1"};
    take_once(ips, ip);
    take_once(dns, ip);  // mbedTLS 2.28 compares an address it dialled with dNSName entries only
  }
  if (dns.empty())
    return Error{Errc::usage, "a server certificate needs at least one name", "give one with --host or --ip"};
  ServerSubject subject;
  if (dns.front().size() <= common_name_bound) subject.name = {{"CN", dns.front()}};
  for (const auto& name : dns)
    subject.alternative_names += (subject.alternative_names.empty() ? "DNS:" : ",DNS:") + name;
  for (const auto& ip : ips) subject.alternative_names += ",IP:" + ip;
  return subject;
}

}  // namespace epki::ca
