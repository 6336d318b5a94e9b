#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool key_accepted(const SeenCertificate& c) {
  const auto& keys = c.profile()->accept.keys;
  return std::find(keys.begin(), keys.end(), c.facts.key.name) != keys.end();
}

}  // namespace

const CertificateRule e_profile_key_type{
    .name = "e_profile_key_type",
    .rule = "The key is of a type that the profile accepts.",
    .citation = "the profile, accept.keys",
    .applies = [](const SeenCertificate& c) { return c.profile() != nullptr && !c.profile()->accept.keys.empty(); },
    .holds = [](const SeenCertificate& c) { return key_accepted(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the key is " + c.facts.key.name + ", which profile " + c.profile()->name + " does not accept";
        },
};

}  // namespace epki::lint
