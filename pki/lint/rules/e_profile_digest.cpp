#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool digest_accepted(const SeenCertificate& c) {
  const auto& digests = c.profile()->accept.digests;
  return std::find(digests.begin(), digests.end(), c.facts.digest) != digests.end();
}

}  // namespace

const CertificateRule e_profile_digest{
    .name = "e_profile_digest",
    .rule = "The signature is made with a digest that the profile accepts.",
    .citation = "the profile, accept.digests",
    .applies = [](const SeenCertificate& c) { return c.profile() != nullptr && !c.profile()->accept.digests.empty(); },
    .holds = [](const SeenCertificate& c) { return digest_accepted(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the signature is made with " +
                 (c.facts.digest.empty() ? c.facts.signature_algorithm : c.facts.digest) + ", which profile " +
                 c.profile()->name + " does not accept";
        },
};

}  // namespace epki::lint
