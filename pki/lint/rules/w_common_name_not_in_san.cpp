#include <algorithm>
#include <optional>

#include "core/text.hpp"
#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::optional<std::string> unlisted(const SeenCertificate& c) {
  for (const auto& name : c.facts.common_names)
    if (std::none_of(c.facts.alternative_names->begin(), c.facts.alternative_names->end(),
                     [&](const ossl::AlternativeName& other) { return equal_ignoring_case(other.text, name); }))
      return name;
  return std::nullopt;
}

}  // namespace

const CertificateRule w_common_name_not_in_san{
    .name = "w_common_name_not_in_san",
    .rule = "The CN of a server certificate is one of its alternative names.",
    .citation = "CA/B Forum Baseline Requirements, 7.1.4.3",
    .applies =
        [](const SeenCertificate& c) {
          return c.use == Use::server && c.facts.alternative_names && !c.facts.common_names.empty();
        },
    .holds = [](const SeenCertificate& c) { return !unlisted(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the CN " + in_quotes(*unlisted(c)) + " is none of the alternative names, which alone are compared";
        },
};

}  // namespace epki::lint
