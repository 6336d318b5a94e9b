#include <algorithm>
#include <string>

#include "core/host_name.hpp"
#include "core/text.hpp"
#include "pki/profile/profile.hpp"

namespace epki::profile {

std::string why_not_permitted_name(std::string_view text) {
  if (parse_ip_address(text)) return {};
  if (text.starts_with("*.") || text.starts_with('.'))
    return "begins with " + std::string(1, text.front()) + ": a name permits all names below it without that";
  if (text.find('/') != std::string_view::npos) return "is a range of addresses: name each address";
  if (text.empty() || text.size() > 253) return "is no host name";
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_host_label) ? "" : "is no host name";
}

bool permits(const std::vector<std::string>& permitted_names, std::string_view host_or_address) {
  const auto wanted = parse_ip_address(host_or_address);
  const auto name = lower(host_or_address);
  return permitted_names.empty() ||
         std::any_of(permitted_names.begin(), permitted_names.end(), [&](const std::string& permitted) {
           if (const auto there = parse_ip_address(permitted); there || wanted) return there == wanted;
           const auto base = lower(permitted);
           return name == base || name.ends_with("." + base);
         });
}

}  // namespace epki::profile
