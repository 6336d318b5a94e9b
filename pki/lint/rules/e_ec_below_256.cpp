#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ec_below_256{
    .name = "e_ec_below_256",
    .rule = "An elliptic curve key has at least 256 bits.",
    .citation = "RFC 9325, 4.5; CA/B Forum Baseline Requirements, 6.1.5",
    .applies =
        [](const SeenCertificate& c) {
          return c.facts.key.kind == ossl::KeyFacts::Kind::ec && c.facts.key.named_curve;
        },
    .holds = [](const SeenCertificate& c) { return c.facts.key.bits >= 256; },
    .found =
        [](const SeenCertificate& c) {
          return "the curve " + c.facts.key.name + " has " + std::to_string(c.facts.key.bits) + " bits";
        },
};

}  // namespace epki::lint
