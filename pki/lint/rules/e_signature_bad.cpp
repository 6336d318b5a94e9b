#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool checkable(const SeenCertificate& c) {
  if (!c.certificate) return false;
  return c.issuer == nullptr ? c.facts.names_its_own_key() : c.issuer->certificate.has_value();
}

bool good(const SeenCertificate& c) {
  return c.certificate->signed_by(c.issuer == nullptr ? *c.certificate : *c.issuer->certificate);
}

}  // namespace

const CertificateRule e_signature_bad{
    .name = "e_signature_bad",
    .rule = "The signature was made with the issuer's key.",
    .citation = "RFC 5280, 6.1.3 (a)(1)",
    .applies = [](const SeenCertificate& c) { return checkable(c); },
    .holds = [](const SeenCertificate& c) { return good(c); },
    .found =
        [](const SeenCertificate& c) {
          return c.issuer == nullptr
                     ? std::string("it names itself as its issuer, and the signature was not made with its own key")
                     : "the signature was not made with the key of " + c.issuer->facts.subject +
                           ", as the name of the issuer says";
        },
};

}  // namespace epki::lint
