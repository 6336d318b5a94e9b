#include <algorithm>

#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::vector<std::string> sorted(std::vector<std::string> words) {
  std::sort(words.begin(), words.end());
  return words;
}

std::string listed(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& word : words) all += (all.empty() ? "" : ", ") + word;
  return all.empty() ? "absent" : all;
}

}  // namespace

const CertificateRule e_profile_purpose{
    .name = "e_profile_purpose",
    .rule = "extendedKeyUsage holds what the profile says, and nothing else.",
    .citation = "the profile, extended_key_usage",
    .applies = [](const SeenCertificate& c) { return c.is_described() && c.is_ca() == c.profile()->ca; },
    .holds =
        [](const SeenCertificate& c) {
          return sorted(c.facts.extended_key_usage.value_or(std::vector<std::string>())) ==
                 sorted(c.profile()->extended_key_usage);
        },
    .found =
        [](const SeenCertificate& c) {
          return "extendedKeyUsage is " + listed(c.facts.extended_key_usage.value_or(std::vector<std::string>())) +
                 ", profile " + c.profile()->name + " says " + listed(c.profile()->extended_key_usage);
        },
};

}  // namespace epki::lint
