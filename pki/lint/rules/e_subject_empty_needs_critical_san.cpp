#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_subject_empty_needs_critical_san{
    .name = "e_subject_empty_needs_critical_san",
    .rule = "Without a subject there is a critical subjectAltName.",
    .citation = "RFC 5280, 4.1.2.6 and 4.2.1.6",
    .applies = [](const SeenCertificate& c) { return c.facts.subject_empty && !c.is_ca(); },
    .holds =
        [](const SeenCertificate& c) {
          const auto* names = c.facts.extension("subjectAltName");
          return names != nullptr && names->critical;
        },
    .found =
        [](const SeenCertificate& c) {
          return std::string(c.facts.alternative_names ? "the subject is empty and the subjectAltName is not critical"
                                                       : "the subject is empty and there is no subjectAltName");
        },
};

}  // namespace epki::lint
