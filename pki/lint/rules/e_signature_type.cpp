#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_signature_type{
    .name = "e_signature_type",
    .rule = "The signature is RSA or ECDSA over a digest.",
    .citation = "AT interface of the EC200U, SSL; measured: mbedTLS 2.28 does not parse Ed25519 (42)",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return !c.facts.digest.empty(); },
    .found =
        [](const SeenCertificate& c) {
          return "the signature is " + c.facts.signature_algorithm + ", which the modem cannot read";
        },
};

}  // namespace epki::lint
