#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_ec_curve{
    .name = "w_ec_curve",
    .rule = "The curve is P-256 or P-384.",
    .citation = "AT interface of the EC200U, cipher suites; firmware may be built without other curves",
    .applies =
        [](const SeenCertificate& c) {
          return c.facts.key.kind == ossl::KeyFacts::Kind::ec && c.facts.key.named_curve && c.facts.key.bits >= 256;
        },
    .holds = [](const SeenCertificate& c) { return c.facts.key.name == "ec-p256" || c.facts.key.name == "ec-p384"; },
    .found =
        [](const SeenCertificate& c) {
          return "the curve is " + c.facts.key.name + ": not known to be built into the modem";
        },
};

}  // namespace epki::lint
