#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_key_usage_empty{
    .name = "e_key_usage_empty",
    .rule = "A keyUsage sets at least one bit.",
    .citation = "RFC 5280, 4.2.1.3",
    .applies = [](const SeenCertificate& c) { return c.facts.key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return *c.facts.key_usage != 0; },
    .found = [](const SeenCertificate&) { return std::string("no bit of keyUsage is set"); },
};

}  // namespace epki::lint
