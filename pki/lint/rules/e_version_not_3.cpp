#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_version_not_3{
    .name = "e_version_not_3",
    .rule = "A certificate is of version 3.",
    .citation = "RFC 5280, 4.1.2.1; mbedTLS 2.28 refuses a version 1 issuer",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.version == 3; },
    .found =
        [](const SeenCertificate& c) {
          return "the certificate is of version " + std::to_string(c.facts.version) +
                 (c.issues || c.use == Use::issuing ? ": without extensions it is no CA to anybody"
                                                    : ": it cannot say what it is for");
        },
};

}  // namespace epki::lint
