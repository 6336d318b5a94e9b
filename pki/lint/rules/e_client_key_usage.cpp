#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_client_key_usage{
    .name = "e_client_key_usage",
    .rule = "The keyUsage of a client certificate holds digitalSignature.",
    .citation = "RFC 5246, 7.4.6",
    .applies = [](const SeenCertificate& c) { return c.use == Use::client && c.facts.key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return c.facts.has_usage(ossl::Usage::digital_signature); },
    .found =
        [](const SeenCertificate&) {
          return std::string("keyUsage does not hold digitalSignature: the client cannot prove that it holds the key");
        },
};

}  // namespace epki::lint
