#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ca_basic_constraints_not_critical{
    .name = "e_ca_basic_constraints_not_critical",
    .rule = "The basicConstraints of a CA are critical.",
    .citation = "RFC 5280, 4.2.1.9",
    .applies = [](const SeenCertificate& c) { return c.facts.is_ca(); },
    .holds = [](const SeenCertificate& c) { return c.facts.extension("basicConstraints")->critical; },
    .found = [](const SeenCertificate&) { return std::string("basicConstraints is not critical"); },
};

}  // namespace epki::lint
