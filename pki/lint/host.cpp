#include "pki/lint/host.hpp"

#include <algorithm>

#include "core/host_name.hpp"
#include "core/text.hpp"

namespace epki::lint {

bool name_matches(std::string_view pattern, std::string_view host) {
  if (equal_ignoring_case(pattern, host)) return true;
  if (!pattern.starts_with("*.")) return false;
  const auto dot = host.find('.');
  return dot != std::string_view::npos && dot > 0 && equal_ignoring_case(pattern.substr(1), host.substr(dot));
}

bool certificate_matches(const ossl::CertificateFacts& facts, std::string_view host) {
  const auto names =
      facts.extension("subjectAltName") != nullptr ? facts.names(ossl::AlternativeName::Kind::dns) : facts.common_names;
  return std::any_of(names.begin(), names.end(), [&](const std::string& name) { return name_matches(name, host); });
}

bool is_address(std::string_view text) {
  return parse_ip_address(text).has_value();
}

bool is_dns_name(std::string_view text) {
  if (is_address(text)) return true;
  if (text.size() > 253) return false;
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_host_label);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  return "\"" + visible(text.substr(0, longest)) + (text.size() > longest ? "…" : "") + "\"";
}

}  // namespace epki::lint
