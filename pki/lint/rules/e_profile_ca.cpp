#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_profile_ca{
    .name = "e_profile_ca",
    .rule = "The certificate is a CA where the profile is a CA's, and none elsewhere.",
    .citation = "the profile, ca",
    .applies = [](const SeenCertificate& c) { return c.is_described(); },
    .holds = [](const SeenCertificate& c) { return c.is_ca() == c.profile()->ca; },
    .found =
        [](const SeenCertificate& c) {
          return std::string(c.profile()->ca
                                 ? "profile " + c.profile()->name + " is a CA's, and this certificate is none"
                                 : "profile " + c.profile()->name + " is no CA's, and this certificate is one");
        },
};

}  // namespace epki::lint
