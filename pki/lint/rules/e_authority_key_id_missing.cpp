#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_authority_key_id_missing{
    .name = "e_authority_key_id_missing",
    .rule = "A certificate that is not self-signed has an authorityKeyIdentifier.",
    .citation = "RFC 5280, 4.2.1.1",
    .applies = [](const SeenCertificate& c) { return !c.facts.self_issued() && c.facts.version == 3; },
    .holds = [](const SeenCertificate& c) { return c.facts.authority_key_id.has_value(); },
    .found =
        [](const SeenCertificate&) {
          return std::string(
              "there is no authorityKeyIdentifier with a key identifier: after a renewal of the CA nothing tells which "
              "key signed this");
        },
};

}  // namespace epki::lint
