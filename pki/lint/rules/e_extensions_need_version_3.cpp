#include "core/text.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_extensions_need_version_3{
    .name = "e_extensions_need_version_3",
    .rule = "Only a certificate of version 3 has extensions.",
    .citation = "RFC 5280, 4.1.2.9",
    .applies = [](const SeenCertificate& c) { return c.facts.version != 3; },
    .holds = [](const SeenCertificate& c) { return c.facts.extensions.empty(); },
    .found =
        [](const SeenCertificate& c) {
          return counted(c.facts.extensions.size(), "extension") + " in a certificate of version " +
                 std::to_string(c.facts.version);
        },
};

}  // namespace epki::lint
