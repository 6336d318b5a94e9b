#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

// This modem compares as mbedTLS 2.28 does: an address that is dialled must stand in a dNSName, as text.
const CertificateRule e_host_not_named{
    .name = "e_host_not_named",
    .rule = "The certificate carries the name that is dialled.",
    .citation = "RFC 9525, 6; measured: mbedTLS 2.28 looks at dNSName alone (42)",
    .applies = [](const SeenCertificate& c) { return c.use == Use::server && c.question->host.has_value(); },
    .holds = [](const SeenCertificate& c) { return certificate_matches(c.facts, *c.question->host); },
    .found =
        [](const SeenCertificate& c) {
          const auto names = c.facts.names(ossl::AlternativeName::Kind::dns);
          return "no dNSName is " + in_quotes(*c.question->host) +
                 (names.empty() ? ": there is none"
                                : "; the first of " + std::to_string(names.size()) + " is " + in_quotes(names.front()));
        },
};

}  // namespace epki::lint
