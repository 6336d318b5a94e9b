#include <algorithm>
#include <optional>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::optional<std::string> lonely(const SeenCertificate& c) {
  const auto addresses = c.facts.names(ossl::AlternativeName::Kind::ip);
  for (const auto& name : c.facts.names(ossl::AlternativeName::Kind::dns))
    if (is_address(name) && std::find(addresses.begin(), addresses.end(), name) == addresses.end()) return name;
  return std::nullopt;
}

}  // namespace

const CertificateRule w_address_only_as_dns_name{
    .name = "w_address_only_as_dns_name",
    .rule = "An address that is a dNSName is an iPAddress too.",
    .citation = "RFC 5280, 4.2.1.6; measured: OpenSSL, GnuTLS and Botan match iPAddress alone",
    .applies =
        [](const SeenCertificate& c) {
          return c.use == Use::server && !c.facts.names(ossl::AlternativeName::Kind::dns).empty();
        },
    .holds = [](const SeenCertificate& c) { return !lonely(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the address " + *lonely(c) + " stands as a dNSName alone: the modem matches it, other clients do not";
        },
};

}  // namespace epki::lint
