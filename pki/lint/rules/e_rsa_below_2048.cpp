#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_rsa_below_2048{
    .name = "e_rsa_below_2048",
    .rule = "An RSA key has at least 2048 bits.",
    .citation = "AT interface of the EC200U, SSL; measured: mbedTLS 2.28 refuses (43)",
    .applies = [](const SeenCertificate& c) { return c.facts.key.kind == ossl::KeyFacts::Kind::rsa; },
    .holds = [](const SeenCertificate& c) { return c.facts.key.bits >= 2048; },
    .found = [](const SeenCertificate& c) { return "the RSA key has " + std::to_string(c.facts.key.bits) + " bits"; },
};

}  // namespace epki::lint
