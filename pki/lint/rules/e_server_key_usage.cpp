#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_server_key_usage{
    .name = "e_server_key_usage",
    .rule = "The keyUsage of a server certificate holds digitalSignature.",
    .citation = "RFC 5246, 7.4.2; measured: mbedTLS 2.28 refuses without it (43)",
    .applies = [](const SeenCertificate& c) { return c.use == Use::server && c.facts.key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return c.facts.has_usage(ossl::Usage::digital_signature); },
    .found =
        [](const SeenCertificate&) {
          return std::string(
              "keyUsage does not hold digitalSignature: the modem refuses it in every suite with forward secrecy");
        },
};

}  // namespace epki::lint
