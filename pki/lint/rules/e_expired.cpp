#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_expired{
    .name = "e_expired",
    .rule = "The certificate has not expired.",
    .citation = "RFC 5280, 4.1.2.5 and 6.1.3; measured: mbedTLS 2.28 refuses (45)",
    .applies = [](const SeenCertificate& c) { return c.facts.not_after.at.has_value(); },
    .holds = [](const SeenCertificate& c) { return c.question->at <= *c.facts.not_after.at; },
    .found = [](const SeenCertificate& c) { return "it expired on " + rfc3339(*c.facts.not_after.at); },
};

}  // namespace epki::lint
