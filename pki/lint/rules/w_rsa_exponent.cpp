#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_rsa_exponent{
    .name = "w_rsa_exponent",
    .rule = "The exponent of an RSA key is 65537.",
    .citation = "NIST SP 800-56B, 6.2",
    .applies = [](const SeenCertificate& c) { return c.facts.key.kind == ossl::KeyFacts::Kind::rsa; },
    .holds = [](const SeenCertificate& c) { return c.facts.key.exponent == 65537U; },
    .found =
        [](const SeenCertificate& c) {
          return c.facts.key.exponent ? "the RSA exponent is " + std::to_string(*c.facts.key.exponent)
                                      : std::string("the RSA exponent is longer than 64 bits");
        },
};

}  // namespace epki::lint
