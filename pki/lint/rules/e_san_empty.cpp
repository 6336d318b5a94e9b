#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_san_empty{
    .name = "e_san_empty",
    .rule = "A subjectAltName holds at least one name.",
    .citation = "RFC 5280, 4.2.1.6",
    .applies = [](const SeenCertificate& c) { return c.facts.alternative_names.has_value(); },
    .holds = [](const SeenCertificate& c) { return !c.facts.alternative_names->empty(); },
    .found = [](const SeenCertificate&) { return std::string("the subjectAltName holds no name"); },
};

}  // namespace epki::lint
