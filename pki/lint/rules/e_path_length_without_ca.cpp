#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_path_length_without_ca{
    .name = "e_path_length_without_ca",
    .rule = "Only a CA has a pathLenConstraint.",
    .citation = "RFC 5280, 4.2.1.9",
    .applies = [](const SeenCertificate& c) { return c.facts.basic_constraints.has_value(); },
    .holds =
        [](const SeenCertificate& c) {
          return !c.facts.basic_constraints->path_length || c.facts.basic_constraints->ca;
        },
    .found = [](const SeenCertificate&) { return std::string("there is a pathLenConstraint and no CA:TRUE"); },
};

}  // namespace epki::lint
