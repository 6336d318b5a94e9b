#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

const ossl::ExtensionFacts* unreadable(const SeenCertificate& c) {
  for (const auto& extension : c.facts.extensions)
    if (!extension.readable) return &extension;
  return nullptr;
}

}  // namespace

const CertificateRule e_extension_unreadable{
    .name = "e_extension_unreadable",
    .rule = "Every extension of a known type parses to its last byte.",
    .citation = "RFC 5280, 4.2",
    .applies = [](const SeenCertificate& c) { return !c.facts.extensions.empty(); },
    .holds = [](const SeenCertificate& c) { return unreadable(c) == nullptr; },
    .found =
        [](const SeenCertificate& c) {
          return "the content of the extension " + unreadable(c)->name + " does not parse";
        },
};

}  // namespace epki::lint
