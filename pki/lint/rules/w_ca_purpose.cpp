#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool serves(const SeenCertificate& c) {
  const auto& all = *c.facts.extended_key_usage;
  return std::any_of(all.begin(), all.end(),
                     [](const std::string& one) { return one == "serverAuth" || one == "anyExtendedKeyUsage"; });
}

}  // namespace

const CertificateRule w_ca_purpose{
    .name = "w_ca_purpose",
    .rule = "A CA has no extendedKeyUsage, or one that holds serverAuth.",
    .citation = "measured: OpenSSL refuses a chain through a CA with clientAuth alone, mbedTLS does not look",
    .applies = [](const SeenCertificate& c) { return c.is_ca() && c.facts.extended_key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return serves(c); },
    .found =
        [](const SeenCertificate&) {
          return std::string(
              "the extendedKeyUsage of the CA does not hold serverAuth: OpenSSL refuses server certificates below it, "
              "the modem does not look");
        },
};

}  // namespace epki::lint
