#include <algorithm>
#include <array>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

constexpr std::array<std::string_view, 8> processed = {
    "basicConstraints", "keyUsage",        "extendedKeyUsage",     "subjectAltName",
    "nsCertType",       "nameConstraints", "subjectKeyIdentifier", "authorityKeyIdentifier"};

const ossl::ExtensionFacts* unprocessed(const SeenCertificate& c) {
  for (const auto& extension : c.facts.extensions)
    if (extension.critical && std::find(processed.begin(), processed.end(), extension.name) == processed.end())
      return &extension;
  return nullptr;
}

}  // namespace

// Name constraints and key identifiers have rules of their own. mbedTLS 2.28 takes a critical certificatePolicies for
// anyPolicy alone.
const CertificateRule e_critical_extension_unknown{
    .name = "e_critical_extension_unknown",
    .rule = "No extension is critical that this modem's TLS library does not process.",
    .citation = "RFC 5280, 4.2; measured: mbedTLS 2.28 does not parse it (42), in a root the upload is not taken (48)",
    .applies = [](const SeenCertificate& c) { return !c.facts.extensions.empty(); },
    .holds = [](const SeenCertificate& c) { return unprocessed(c) == nullptr; },
    .found =
        [](const SeenCertificate& c) {
          return "the extension " + unprocessed(c)->name +
                 " is critical and unknown to the modem: it refuses the certificate, and everything below it";
        },
};

}  // namespace epki::lint
