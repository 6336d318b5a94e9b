#include "core/text.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

// Whole days, rounded up.
std::int64_t days_of(const SeenCertificate& c) {
  return std::chrono::ceil<std::chrono::days>(*c.facts.not_after.at - *c.facts.not_before.at).count();
}

}  // namespace

const CertificateRule e_profile_days{
    .name = "e_profile_days",
    .rule = "The lifetime is not longer than the profile accepts.",
    .citation = "the profile, accept.days",
    .applies =
        [](const SeenCertificate& c) {
          return c.is_described() && c.profile()->accept.days && c.facts.not_before.at && c.facts.not_after.at;
        },
    .holds = [](const SeenCertificate& c) { return days_of(c) <= *c.profile()->accept.days; },
    .found =
        [](const SeenCertificate& c) {
          return "it is valid for " + counted(static_cast<std::size_t>(days_of(c)), "day") + ", profile " +
                 c.profile()->name + " accepts " + std::to_string(*c.profile()->accept.days);
        },
};

}  // namespace epki::lint
