#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_key_type{
    .name = "e_key_type",
    .rule = "The key is RSA or on an elliptic curve.",
    .citation = "AT interface of the EC200U, SSL; measured: mbedTLS 2.28 does not parse Ed25519 (42)",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.key.kind != ossl::KeyFacts::Kind::other; },
    .found =
        [](const SeenCertificate& c) { return "the key is " + c.facts.key.name + ", which the modem cannot read"; },
};

}  // namespace epki::lint
