#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_chain_large{
    .name = "w_chain_large",
    .rule = "A served chain has at most 8 KiB.",
    .citation = "firmware of this size of modem often has smaller TLS buffers than mbedTLS's default",
    .applies = [](const SeenCertificate& c) { return c.index == 0 && in_chain(c) && chain_bytes(c) <= 16384 - 64; },
    .holds = [](const SeenCertificate& c) { return chain_bytes(c) <= 8192; },
    .found =
        [](const SeenCertificate& c) {
          return "the chain has " + std::to_string(chain_bytes(c)) + " bytes: not known to fit the modem's buffer";
        },
};

}  // namespace epki::lint
