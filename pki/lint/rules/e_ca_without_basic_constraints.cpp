#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ca_without_basic_constraints{
    .name = "e_ca_without_basic_constraints",
    .rule = "A CA says so in basicConstraints.",
    .citation = "RFC 5280, 4.2.1.9; measured: mbedTLS 2.28 and Botan refuse what it issued (48)",
    .applies = is_ca,
    .holds = [](const SeenCertificate& c) { return c.facts.is_ca(); },
    .found =
        [](const SeenCertificate& c) {
          return std::string(c.facts.basic_constraints ? "basicConstraints says CA:FALSE"
                                                       : "there is no basicConstraints") +
                 (c.issues ? ", and it is the issuer of another certificate" : ", and it is made as a CA");
        },
};

}  // namespace epki::lint
