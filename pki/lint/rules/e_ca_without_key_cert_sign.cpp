#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_ca_without_key_cert_sign{
    .name = "e_ca_without_key_cert_sign",
    .rule = "The keyUsage of a CA holds keyCertSign.",
    .citation = "RFC 5280, 4.2.1.3 and 4.2.1.9; measured: mbedTLS 2.28 refuses what it issued (48)",
    .applies = [](const SeenCertificate& c) { return c.is_ca() && c.facts.key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return c.facts.has_usage(ossl::Usage::key_cert_sign); },
    .found =
        [](const SeenCertificate&) {
          return std::string("keyUsage does not hold keyCertSign: the modem refuses everything this CA has issued");
        },
};

}  // namespace epki::lint
