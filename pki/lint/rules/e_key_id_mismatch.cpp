#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_key_id_mismatch{
    .name = "e_key_id_mismatch",
    .rule = "The authorityKeyIdentifier is the issuer's subjectKeyIdentifier.",
    .citation = "RFC 5280, 4.2.1.1; measured: OpenSSL and GnuTLS refuse, mbedTLS does not look",
    .applies =
        [](const SeenCertificate& c) {
          return c.issuer != nullptr && c.facts.authority_key_id && c.issuer->facts.subject_key_id;
        },
    .holds = [](const SeenCertificate& c) { return *c.facts.authority_key_id == *c.issuer->facts.subject_key_id; },
    .found =
        [](const SeenCertificate& c) {
          return "the authorityKeyIdentifier is " + *c.facts.authority_key_id + ", the issuer's subjectKeyIdentifier " +
                 *c.issuer->facts.subject_key_id;
        },
};

}  // namespace epki::lint
