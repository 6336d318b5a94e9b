#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_name_constraints_not_critical{
    .name = "w_name_constraints_not_critical",
    .rule = "Name constraints are critical.",
    .citation = "RFC 5280, 4.2.1.10; measured: mbedTLS 2.28 passes over those that are not",
    .applies = [](const SeenCertificate& c) { return c.facts.extension("nameConstraints") != nullptr; },
    .holds = [](const SeenCertificate& c) { return c.facts.extension("nameConstraints")->critical; },
    .found =
        [](const SeenCertificate&) {
          return std::string("name constraints that are not critical: the modem does not enforce them, others do");
        },
};

}  // namespace epki::lint
