#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_issuer_empty{
    .name = "e_issuer_empty",
    .rule = "A certificate names its issuer.",
    .citation = "RFC 5280, 4.1.2.4",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return !c.facts.issuer_empty; },
    .found = [](const SeenCertificate&) { return std::string("the issuer is an empty name"); },
};

}  // namespace epki::lint
