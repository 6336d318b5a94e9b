#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_unique_identifiers{
    .name = "e_unique_identifiers",
    .rule = "A certificate has no issuerUniqueID and no subjectUniqueID.",
    .citation = "RFC 5280, 4.1.2.8",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return !c.facts.has_unique_ids; },
    .found =
        [](const SeenCertificate&) {
          return std::string("it carries unique identifiers, which nobody must issue any more");
        },
};

}  // namespace epki::lint
