#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_path_length_exceeded{
    .name = "e_path_length_exceeded",
    .rule = "No more CAs stand below a CA than its pathLenConstraint allows.",
    .citation = "RFC 5280, 4.2.1.9 and 6.1.4 (l); measured: mbedTLS 2.28 refuses (48)",
    .applies = [](const SeenCertificate& c) { return !c.issues && c.issuer != nullptr; },
    .holds = [](const SeenCertificate& c) { return exceeded(c) == nullptr; },
    .found =
        [](const SeenCertificate& c) {
          return "the pathLenConstraint " + std::to_string(*exceeded(c)->facts.basic_constraints->path_length) +
                 " of " + exceeded(c)->facts.subject + " allows fewer CAs below it than there are";
        },
};

}  // namespace epki::lint
