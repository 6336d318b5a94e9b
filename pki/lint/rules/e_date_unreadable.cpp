#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_date_unreadable{
    .name = "e_date_unreadable",
    .rule = "notBefore and notAfter are dates.",
    .citation = "RFC 5280, 4.1.2.5",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.not_before.at && c.facts.not_after.at; },
    .found =
        [](const SeenCertificate& c) {
          const auto& bad = c.facts.not_before.at ? c.facts.not_after : c.facts.not_before;
          return (c.facts.not_before.at ? "notAfter is " : "notBefore is ") + in_quotes(bad.text);
        },
};

}  // namespace epki::lint
