#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_profile_path_length{
    .name = "e_profile_path_length",
    .rule = "A CA has the pathLenConstraint of its profile, or a smaller one.",
    .citation = "the profile, path_length",
    .applies =
        [](const SeenCertificate& c) {
          return c.is_described() && c.is_ca() && c.profile()->ca && c.profile()->path_length;
        },
    .holds =
        [](const SeenCertificate& c) {
          return c.facts.basic_constraints && c.facts.basic_constraints->path_length &&
                 *c.facts.basic_constraints->path_length <= *c.profile()->path_length;
        },
    .found =
        [](const SeenCertificate& c) {
          return "profile " + c.profile()->name + " allows a pathLenConstraint of at most " +
                 std::to_string(*c.profile()->path_length) + ", and it is " +
                 (c.facts.basic_constraints && c.facts.basic_constraints->path_length
                      ? std::to_string(*c.facts.basic_constraints->path_length)
                      : "absent");
        },
};

}  // namespace epki::lint
