#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ec_parameters_explicit{
    .name = "e_ec_parameters_explicit",
    .rule = "An elliptic curve is given by its name.",
    .citation = "RFC 5480, 2.1.1; measured: mbedTLS 2.28 refuses explicit parameters",
    .applies = [](const SeenCertificate& c) { return c.facts.key.kind == ossl::KeyFacts::Kind::ec; },
    .holds = [](const SeenCertificate& c) { return c.facts.key.named_curve; },
    .found =
        [](const SeenCertificate&) { return std::string("the curve is given by its parameters and not by its name"); },
};

}  // namespace epki::lint
