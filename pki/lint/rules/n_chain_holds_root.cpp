#include "core/text.hpp"
#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule n_chain_holds_root{
    .name = "n_chain_holds_root",
    .rule = "A served chain leaves the root out.",
    .citation = "RFC 5246, 7.4.2",
    .applies = [](const SeenCertificate& c) { return in_chain(c) && c.index > 0 && c.issues; },
    .holds = [](const SeenCertificate& c) { return c.use != Use::root; },
    .found =
        [](const SeenCertificate& c) {
          return "the root stands in the chain: the modem has it already, and it costs " + counted(c.bytes, "byte") +
                 " in every handshake";
        },
};

}  // namespace epki::lint
