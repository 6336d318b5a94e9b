#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_server_without_san{
    .name = "e_server_without_san",
    .rule = "A server certificate carries its names in subjectAltName.",
    .citation = "RFC 9525, 6.3; RFC 5280, 4.2.1.6",
    .applies = is_server,
    .holds = [](const SeenCertificate& c) { return c.facts.extension("subjectAltName") != nullptr; },
    .found =
        [](const SeenCertificate& c) {
          return std::string("there is no subjectAltName; this modem may fall back on the CN, others refuse") +
                 (c.facts.extended_key_usage ? ""
                                             : ". If it is a device's, give it the extendedKeyUsage clientAuth: "
                                               "nothing keeps it from playing the broker");
        },
};

}  // namespace epki::lint
