#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_validity_order{
    .name = "e_validity_order",
    .rule = "notAfter is later than notBefore.",
    .citation = "RFC 5280, 4.1.2.5",
    .applies = [](const SeenCertificate& c) { return c.facts.not_before.at && c.facts.not_after.at; },
    .holds = [](const SeenCertificate& c) { return *c.facts.not_before.at < *c.facts.not_after.at; },
    .found =
        [](const SeenCertificate& c) {
          return "it is valid from " + rfc3339(*c.facts.not_before.at) + " until " + rfc3339(*c.facts.not_after.at);
        },
};

}  // namespace epki::lint
