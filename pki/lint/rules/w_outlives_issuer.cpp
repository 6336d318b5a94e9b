#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_outlives_issuer{
    .name = "w_outlives_issuer",
    .rule = "A certificate does not outlive its issuer.",
    .citation = "RFC 5280, 6.1.3 (a)(2): each certificate of a path must be valid",
    .applies =
        [](const SeenCertificate& c) {
          return c.issuer != nullptr && c.facts.not_after.at && c.issuer->facts.not_after.at;
        },
    .holds = [](const SeenCertificate& c) { return *c.facts.not_after.at <= *c.issuer->facts.not_after.at; },
    .found =
        [](const SeenCertificate& c) {
          return "it is valid until " + rfc3339(*c.facts.not_after.at) + ", its issuer only until " +
                 rfc3339(*c.issuer->facts.not_after.at);
        },
};

}  // namespace epki::lint
