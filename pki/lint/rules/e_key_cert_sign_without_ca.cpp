#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_key_cert_sign_without_ca{
    .name = "e_key_cert_sign_without_ca",
    .rule = "Only a CA has keyCertSign.",
    .citation = "RFC 5280, 4.2.1.9",
    .applies = [](const SeenCertificate& c) { return c.facts.has_usage(ossl::Usage::key_cert_sign); },
    .holds = [](const SeenCertificate& c) { return c.facts.is_ca(); },
    .found =
        [](const SeenCertificate&) {
          return std::string("keyUsage holds keyCertSign and basicConstraints does not say CA:TRUE");
        },
};

}  // namespace epki::lint
