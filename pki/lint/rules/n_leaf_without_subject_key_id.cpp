#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule n_leaf_without_subject_key_id{
    .name = "n_leaf_without_subject_key_id",
    .rule = "An end-entity certificate has a subjectKeyIdentifier.",
    .citation = "RFC 5280, 4.2.1.2 (SHOULD)",
    .applies = [](const SeenCertificate& c) { return !c.is_ca() && c.facts.version == 3; },
    .holds = [](const SeenCertificate& c) { return c.facts.subject_key_id.has_value(); },
    .found = [](const SeenCertificate&) { return std::string("there is no subjectKeyIdentifier"); },
};

}  // namespace epki::lint
