#include "pki/lint/digests.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_root_digest_weak{
    .name = "e_root_digest_weak",
    .rule = "A root is signed with SHA-256 or longer.",
    .citation = "RFC 6151; RFC 6194; NIST SP 800-131A",
    .applies = [](const SeenCertificate& c) { return c.facts.self_issued(); },
    .holds = [](const SeenCertificate& c) { return !is_weak(c.facts.digest); },
    .found =
        [](const SeenCertificate& c) {
          return "the root is signed with " + c.facts.digest +
                 ": mbedTLS 2.28 does not look at the signature of a trust anchor, other stacks do";
        },
};

}  // namespace epki::lint
