#include <optional>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::optional<std::string> malformed(const SeenCertificate& c) {
  for (const auto& name : c.facts.names(ossl::AlternativeName::Kind::dns))
    if (!is_dns_name(name)) return name;
  return std::nullopt;
}

}  // namespace

const CertificateRule e_san_dns_malformed{
    .name = "e_san_dns_malformed",
    .rule = "A dNSName is a host name, or an address as text.",
    .citation = "RFC 5280, 4.2.1.6; RFC 1034, 3.5",
    .applies = [](const SeenCertificate& c) { return !c.facts.names(ossl::AlternativeName::Kind::dns).empty(); },
    .holds = [](const SeenCertificate& c) { return !malformed(c); },
    .found = [](const SeenCertificate& c) { return "the dNSName " + in_quotes(*malformed(c)) + " is no host name"; },
};

}  // namespace epki::lint
