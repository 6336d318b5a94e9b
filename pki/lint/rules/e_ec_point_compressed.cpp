#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ec_point_compressed{
    .name = "e_ec_point_compressed",
    .rule = "The point of an elliptic curve key is not compressed.",
    .citation = "RFC 5480, 2.2; mbedTLS 2.28 does not read compressed points",
    .applies = [](const SeenCertificate& c) { return c.facts.key.kind == ossl::KeyFacts::Kind::ec; },
    .holds = [](const SeenCertificate& c) { return !c.facts.key.compressed; },
    .found = [](const SeenCertificate&) { return std::string("the public key is a compressed point"); },
};

}  // namespace epki::lint
