#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_key_unusable{
    .name = "e_key_unusable",
    .rule = "The key is one: an RSA modulus and exponent, a point on its curve.",
    .citation = "RFC 3279, 2.3.1; RFC 5480, 2.2",
    .applies = [](const SeenCertificate& c) { return c.facts.key.kind != ossl::KeyFacts::Kind::other; },
    .holds = [](const SeenCertificate& c) { return c.facts.key.sound; },
    .found = [](const SeenCertificate& c) { return "the public key (" + c.facts.key.name + ") cannot be used"; },
};

}  // namespace epki::lint
