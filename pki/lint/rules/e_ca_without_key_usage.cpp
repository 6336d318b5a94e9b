#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ca_without_key_usage{
    .name = "e_ca_without_key_usage",
    .rule = "A CA has the extension keyUsage.",
    .citation = "RFC 5280, 4.2.1.3",
    .applies = [](const SeenCertificate& c) { return c.is_ca() && c.facts.version == 3; },
    .holds = [](const SeenCertificate& c) { return c.facts.extension("keyUsage") != nullptr; },
    .found = [](const SeenCertificate&) { return std::string("there is no keyUsage"); },
};

}  // namespace epki::lint
