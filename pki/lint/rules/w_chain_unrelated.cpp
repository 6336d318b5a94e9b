#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_chain_unrelated{
    .name = "w_chain_unrelated",
    .rule = "Every certificate of a chain is the issuer of another.",
    .citation = "RFC 5246, 7.4.2",
    .applies = [](const SeenCertificate& c) { return in_chain(c) && c.index > 0 && c.is_ca(); },
    .holds = [](const SeenCertificate& c) { return c.issues || c.is_copy; },
    .found =
        [](const SeenCertificate&) {
          return std::string("it issued none of the others and only costs bytes in every handshake");
        },
};

}  // namespace epki::lint
