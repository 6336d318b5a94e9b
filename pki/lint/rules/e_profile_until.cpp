#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_profile_until{
    .name = "e_profile_until",
    .rule = "notAfter is not later than the profile accepts.",
    .citation = "the profile, accept.until",
    .applies =
        [](const SeenCertificate& c) {
          return c.profile() != nullptr && c.profile()->accept.until && c.facts.not_after.at;
        },
    .holds = [](const SeenCertificate& c) { return *c.facts.not_after.at <= *c.profile()->accept.until; },
    .found =
        [](const SeenCertificate& c) {
          return "it is valid until " + rfc3339(*c.facts.not_after.at) + ", profile " + c.profile()->name +
                 " accepts " + rfc3339(*c.profile()->accept.until);
        },
};

}  // namespace epki::lint
