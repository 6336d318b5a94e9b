#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_chain_too_long{
    .name = "e_chain_too_long",
    .rule = "At most 8 intermediates stand between end-entity certificate and root.",
    .citation = "AT interface of the EC200U, SSL; measured: mbedTLS 2.28 stops (49)",
    .applies = [](const SeenCertificate& c) { return !c.is_ca(); },
    .holds = [](const SeenCertificate& c) { return intermediates_above(c) <= 8; },
    .found =
        [](const SeenCertificate& c) {
          return "there are " + std::to_string(intermediates_above(c)) + " intermediates";
        },
};

}  // namespace epki::lint
