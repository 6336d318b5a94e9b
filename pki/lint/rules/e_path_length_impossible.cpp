#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_path_length_impossible{
    .name = "e_path_length_impossible",
    .rule = "A pathLenConstraint is a small number, not below zero.",
    .citation = "RFC 5280, 4.2.1.9",
    .applies =
        [](const SeenCertificate& c) {
          return c.facts.basic_constraints && c.facts.basic_constraints->path_length.has_value();
        },
    .holds = [](const SeenCertificate& c) { return *c.facts.basic_constraints->path_length >= 0; },
    .found = [](const SeenCertificate&) { return std::string("the pathLenConstraint is negative or cannot be read"); },
};

}  // namespace epki::lint
