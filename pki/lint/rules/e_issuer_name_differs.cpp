#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_issuer_name_differs{
    .name = "e_issuer_name_differs",
    .rule = "The issuer's name is its subject byte for byte.",
    .citation = "RFC 5280, 4.1.2.4; measured: mbedTLS 2.28 refuses a difference in case or spaces (48)",
    .applies = [](const SeenCertificate& c) { return in_chain(c) && !c.facts.self_issued() && c.issuer == nullptr; },
    .holds = [](const SeenCertificate& c) { return !look_alike(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the issuer is written otherwise than the subject of certificate " + std::to_string(*look_alike(c)) +
                 ", which only differs in case, spaces or string type";
        },
};

}  // namespace epki::lint
