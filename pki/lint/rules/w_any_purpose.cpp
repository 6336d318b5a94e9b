#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool any(const SeenCertificate& c) {
  const auto& all = *c.facts.extended_key_usage;
  return std::find(all.begin(), all.end(), "anyExtendedKeyUsage") != all.end() &&
         std::find(all.begin(), all.end(), "serverAuth") == all.end();
}

}  // namespace

const CertificateRule w_any_purpose{
    .name = "w_any_purpose",
    .rule = "A certificate names what it is for, rather than any purpose.",
    .citation = "RFC 5280, 4.2.1.12; measured: mbedTLS 2.28 and GnuTLS accept it, OpenSSL and Botan refuse",
    .applies = [](const SeenCertificate& c) { return !c.is_ca() && c.facts.extended_key_usage.has_value(); },
    .holds = [](const SeenCertificate& c) { return !any(c); },
    .found =
        [](const SeenCertificate&) {
          return std::string("extendedKeyUsage holds anyExtendedKeyUsage and not serverAuth: clients disagree on it");
        },
};

}  // namespace epki::lint
