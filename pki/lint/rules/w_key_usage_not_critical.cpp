#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_key_usage_not_critical{
    .name = "w_key_usage_not_critical",
    .rule = "keyUsage is critical.",
    .citation = "RFC 5280, 4.2.1.3 (SHOULD)",
    .applies = [](const SeenCertificate& c) { return c.facts.extension("keyUsage") != nullptr; },
    .holds = [](const SeenCertificate& c) { return c.facts.extension("keyUsage")->critical; },
    .found = [](const SeenCertificate&) { return std::string("keyUsage is not critical"); },
};

}  // namespace epki::lint
