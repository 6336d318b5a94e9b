#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

const ossl::ExtensionFacts* twice(const SeenCertificate& c) {
  const auto& all = c.facts.extensions;
  for (std::size_t i = 0; i < all.size(); ++i)
    for (std::size_t k = 0; k < i; ++k)
      if (all[k].oid == all[i].oid) return &all[i];
  return nullptr;
}

}  // namespace

const CertificateRule e_extension_twice{
    .name = "e_extension_twice",
    .rule = "No extension comes twice.",
    .citation = "RFC 5280, 4.2; mbedTLS 2.28 does not parse such a certificate",
    .applies = [](const SeenCertificate& c) { return !c.facts.extensions.empty(); },
    .holds = [](const SeenCertificate& c) { return twice(c) == nullptr; },
    .found = [](const SeenCertificate& c) { return "the extension " + twice(c)->name + " comes twice"; },
};

}  // namespace epki::lint
