#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_chain_order{
    .name = "e_chain_order",
    .rule = "In a chain each certificate is followed by its issuer.",
    .citation = "RFC 5246, 7.4.2; measured: mbedTLS 2.28 refuses intermediates in the wrong order (48)",
    .applies =
        [](const SeenCertificate& c) { return in_chain(c) && c.issuer != nullptr && c.issuer->document == c.document; },
    .holds = [](const SeenCertificate& c) { return c.issuer->index == c.index + 1; },
    .found =
        [](const SeenCertificate& c) {
          return "its issuer is certificate " + std::to_string(c.issuer->index) +
                 " of the file, and must be the next one, " + std::to_string(c.index + 1);
        },
};

}  // namespace epki::lint
