#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

const ossl::ExtensionFacts* critical_id(const SeenCertificate& c) {
  for (const auto& extension : c.facts.extensions)
    if (extension.critical && (extension.name == "subjectKeyIdentifier" || extension.name == "authorityKeyIdentifier"))
      return &extension;
  return nullptr;
}

}  // namespace

const CertificateRule e_key_id_critical{
    .name = "e_key_id_critical",
    .rule = "Key identifiers are not critical.",
    .citation = "RFC 5280, 4.2.1.1 and 4.2.1.2; mbedTLS 2.28 does not parse critical ones",
    .applies = [](const SeenCertificate& c) { return !c.facts.extensions.empty(); },
    .holds = [](const SeenCertificate& c) { return critical_id(c) == nullptr; },
    .found = [](const SeenCertificate& c) { return "the extension " + critical_id(c)->name + " is critical"; },
};

}  // namespace epki::lint
