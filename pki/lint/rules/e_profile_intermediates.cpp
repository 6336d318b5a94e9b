#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_profile_intermediates{
    .name = "e_profile_intermediates",
    .rule = "No more intermediates stand above than the profile accepts.",
    .citation = "the profile, accept.intermediates",
    .applies =
        [](const SeenCertificate& c) {
          return !c.is_ca() && c.profile() != nullptr && c.profile()->accept.intermediates.has_value();
        },
    .holds = [](const SeenCertificate& c) { return intermediates_above(c) <= *c.profile()->accept.intermediates; },
    .found =
        [](const SeenCertificate& c) {
          return "there are " + std::to_string(intermediates_above(c)) + " intermediates, profile " +
                 c.profile()->name + " accepts " + std::to_string(*c.profile()->accept.intermediates);
        },
};

}  // namespace epki::lint
