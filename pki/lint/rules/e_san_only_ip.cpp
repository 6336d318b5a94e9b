#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_san_only_ip{
    .name = "e_san_only_ip",
    .rule = "A server certificate carries a dNSName.",
    .citation = "AT interface of the EC200U, SSL; measured: mbedTLS 2.28 matches no iPAddress (42)",
    .applies =
        [](const SeenCertificate& c) {
          return c.use == Use::server && !c.facts.names(ossl::AlternativeName::Kind::ip).empty();
        },
    .holds = [](const SeenCertificate& c) { return !c.facts.names(ossl::AlternativeName::Kind::dns).empty(); },
    .found =
        [](const SeenCertificate& c) {
          return "the only names are addresses (" + c.facts.names(ossl::AlternativeName::Kind::ip).front() +
                 "); the modem does not look at iPAddress: add the address as a dNSName too, or better a name";
        },
};

}  // namespace epki::lint
