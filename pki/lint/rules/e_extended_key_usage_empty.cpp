#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_extended_key_usage_empty{
    .name = "e_extended_key_usage_empty",
    .rule = "An extendedKeyUsage holds at least one purpose.",
    .citation = "RFC 5280, 4.2.1.12; mbedTLS 2.28 does not parse an empty one",
    .applies = [](const SeenCertificate& c) { return c.facts.extended_key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return !c.facts.extended_key_usage->empty(); },
    .found = [](const SeenCertificate&) { return std::string("extendedKeyUsage holds no purpose"); },
};

}  // namespace epki::lint
