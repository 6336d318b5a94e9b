#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_signature_algorithms_differ{
    .name = "e_signature_algorithms_differ",
    .rule = "The signature algorithm inside and outside the signed part is one.",
    .citation = "RFC 5280, 4.1.1.2",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.algorithms_agree; },
    .found =
        [](const SeenCertificate&) {
          return std::string("the signature algorithm outside the signed part is not the one inside");
        },
};

}  // namespace epki::lint
