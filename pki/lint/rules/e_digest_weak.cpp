#include "pki/lint/digests.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_digest_weak{
    .name = "e_digest_weak",
    .rule = "A signature is made with SHA-256 or longer.",
    .citation = "RFC 6151; RFC 6194; measured: mbedTLS 2.28 refuses SHA-1 and MD5 (46)",
    .applies = [](const SeenCertificate& c) { return !c.facts.self_issued(); },
    .holds = [](const SeenCertificate& c) { return !is_weak(c.facts.digest); },
    .found =
        [](const SeenCertificate& c) {
          return "the signature is made with " + c.facts.digest + ": the modem refuses it";
        },
};

}  // namespace epki::lint
