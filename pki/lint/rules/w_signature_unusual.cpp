#include "pki/lint/digests.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_signature_unusual{
    .name = "w_signature_unusual",
    .rule = "A signature is RSA PKCS#1 or ECDSA with SHA-256, SHA-384 or SHA-512.",
    .citation = "AT interface of the EC200U, cipher suites",
    .applies = [](const SeenCertificate& c) { return !c.facts.digest.empty() && !is_weak(c.facts.digest); },
    .holds = [](const SeenCertificate& c) { return is_usual(c.facts.digest) && !c.facts.signature_pss; },
    .found =
        [](const SeenCertificate& c) {
          return "the signature is " + c.facts.signature_algorithm + " with " + c.facts.digest +
                 ": not known to be built into the modem";
        },
};

}  // namespace epki::lint
