#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ca_subject_empty{
    .name = "e_ca_subject_empty",
    .rule = "The subject of a CA is not empty.",
    .citation = "RFC 5280, 4.1.2.6",
    .applies = is_ca,
    .holds = [](const SeenCertificate& c) { return !c.facts.subject_empty; },
    .found = [](const SeenCertificate&) { return std::string("the CA has an empty subject"); },
};

}  // namespace epki::lint
