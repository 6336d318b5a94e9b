#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_not_der{
    .name = "e_not_der",
    .rule = "A certificate is encoded by the distinguished rules.",
    .citation = "RFC 5280, 4.1; X.690, 8 to 11",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.not_der.empty(); },
    .found = [](const SeenCertificate& c) { return "the encoding is not DER: " + c.facts.not_der; },
};

}  // namespace epki::lint
