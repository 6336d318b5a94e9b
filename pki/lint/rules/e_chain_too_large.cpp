#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_chain_too_large{
    .name = "e_chain_too_large",
    .rule = "A served chain fits one TLS record of 16 KiB.",
    .citation = "RFC 5246, 6.2.1; mbedTLS 2.28 does not join the fragments of a handshake message",
    .applies = [](const SeenCertificate& c) { return c.index == 0 && in_chain(c); },
    .holds = [](const SeenCertificate& c) { return chain_bytes(c) <= 16384 - 64; },
    .found = [](const SeenCertificate& c) { return "the chain has " + std::to_string(chain_bytes(c)) + " bytes"; },
};

}  // namespace epki::lint
