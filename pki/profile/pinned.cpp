#include <algorithm>
#include <array>
#include <string>

#include "core/host_name.hpp"
#include "core/text.hpp"
#include "pki/profile/profile.hpp"

namespace epki::profile {

namespace {

// Names that are delegated to nobody, so that nobody can prove control of one to a public CA: RFC 6761 (test, invalid,
// example, localhost), RFC 6762 (local), RFC 8375 (home.arpa), RFC 9476 (alt), and internal, which ICANN reserved for
// private use in 2024. Not .onion: RFC 7686 reserves it, and public CAs do certify it.
constexpr std::array<std::string_view, 8> reserved = {"internal",  "test",  "invalid",   "example",
                                                      "localhost", "local", "home.arpa", "alt"};

}  // namespace

bool is_pinned_name(std::string_view dns_name) {
  if (dns_name.empty()) return false;
  if (parse_ip_address(dns_name)) return true;
  auto name = lower(dns_name);
  if (name.ends_with('.')) name.pop_back();
  if (name.starts_with("*.")) name.erase(0, 2);
  if (name.empty() || name == "*") return false;
  if (name.find('.') == std::string::npos) return true;
  return std::any_of(reserved.begin(), reserved.end(),
                     [&](std::string_view top) { return name.ends_with("." + std::string(top)); });
}

}  // namespace epki::profile
