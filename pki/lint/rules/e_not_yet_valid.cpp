#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_not_yet_valid{
    .name = "e_not_yet_valid",
    .rule = "notBefore is not in the future.",
    .citation = "RFC 5280, 4.1.2.5 and 6.1.3; measured: mbedTLS 2.28 refuses (46)",
    .applies = [](const SeenCertificate& c) { return c.facts.not_before.at.has_value(); },
    .holds = [](const SeenCertificate& c) { return *c.facts.not_before.at <= c.question->at; },
    .found = [](const SeenCertificate& c) { return "it is not valid before " + rfc3339(*c.facts.not_before.at); },
};

}  // namespace epki::lint
