#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_subject_is_issuer{
    .name = "w_subject_is_issuer",
    .rule = "An end-entity certificate has another name than its issuer.",
    .citation = "RFC 5280, 3.2; Mosquitto's TLS manual warns of it",
    .applies = [](const SeenCertificate& c) { return !c.is_ca(); },
    .holds = [](const SeenCertificate& c) { return !c.facts.self_issued(); },
    .found =
        [](const SeenCertificate&) {
          return std::string(
              "subject and issuer are the same name: verifiers take such a certificate for a self-signed one");
        },
};

}  // namespace epki::lint
