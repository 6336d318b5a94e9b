#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_date_form{
    .name = "e_date_form",
    .rule = "Dates have seconds, Z, and nothing else.",
    .citation = "RFC 5280, 4.1.2.5.1 and 4.1.2.5.2",
    .applies = [](const SeenCertificate& c) { return c.facts.not_before.at && c.facts.not_after.at; },
    .holds =
        [](const SeenCertificate& c) {
          return c.facts.not_before.restricted_form && c.facts.not_after.restricted_form;
        },
    .found =
        [](const SeenCertificate& c) {
          const auto& bad = c.facts.not_before.restricted_form ? c.facts.not_after : c.facts.not_before;
          return (c.facts.not_before.restricted_form ? "notAfter is written " : "notBefore is written ") +
                 in_quotes(bad.text);
        },
};

}  // namespace epki::lint
