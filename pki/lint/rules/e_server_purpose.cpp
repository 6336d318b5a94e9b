#include <algorithm>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool allows(const SeenCertificate& c) {
  const auto& all = *c.facts.extended_key_usage;
  return std::any_of(all.begin(), all.end(),
                     [](const std::string& one) { return one == "serverAuth" || one == "anyExtendedKeyUsage"; });
}

}  // namespace

const CertificateRule e_server_purpose{
    .name = "e_server_purpose",
    .rule = "The extendedKeyUsage of the server that is dialled allows serverAuth.",
    .citation = "RFC 5280, 4.2.1.12; measured: mbedTLS 2.28 refuses without it (43)",
    .applies =
        [](const SeenCertificate& c) {
          return !c.is_ca() && !c.issues && c.index == 0 && c.question->host.has_value() &&
                 c.facts.extended_key_usage && certificate_matches(c.facts, *c.question->host);
        },
    .holds = [](const SeenCertificate& c) { return allows(c); },
    .found =
        [](const SeenCertificate&) {
          return std::string("it carries the dialled name, and extendedKeyUsage does not hold serverAuth");
        },
};

}  // namespace epki::lint
