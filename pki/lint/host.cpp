#include "pki/lint/host.hpp"

#include <arpa/inet.h>

#include <algorithm>

#include "core/text.hpp"

namespace epki::lint {

namespace {

bool is_label(std::string_view text) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
  };
  return !text.empty() && text.size() <= 63 && text.front() != '-' && text.back() != '-' &&
         std::all_of(text.begin(), text.end(), fits);
}

}  // namespace

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
  const std::string copy(text);
  in6_addr address{};
  return copy.find('\0') == std::string::npos &&
         (::inet_pton(AF_INET, copy.c_str(), &address) == 1 || ::inet_pton(AF_INET6, copy.c_str(), &address) == 1);
}

bool is_dns_name(std::string_view text) {
  if (is_address(text)) return true;
  if (text.size() > 253) return false;
  if (text.starts_with("*.")) text.remove_prefix(2);
  const auto labels = split(text, '.');
  return std::all_of(labels.begin(), labels.end(), is_label);
}

std::string in_quotes(std::string_view text) {
  constexpr std::size_t longest = 80;
  return "\"" + visible(text.substr(0, longest)) + (text.size() > longest ? "…" : "") + "\"";
}

}  // namespace epki::lint
