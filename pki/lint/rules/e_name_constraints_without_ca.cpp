#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_name_constraints_without_ca{
    .name = "e_name_constraints_without_ca",
    .rule = "Only a CA has name constraints.",
    .citation = "RFC 5280, 4.2.1.10",
    .applies = [](const SeenCertificate& c) { return c.facts.extension("nameConstraints") != nullptr; },
    .holds = [](const SeenCertificate& c) { return c.is_ca(); },
    .found = [](const SeenCertificate&) { return std::string("name constraints in an end-entity certificate"); },
};

}  // namespace epki::lint
