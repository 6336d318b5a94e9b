#include <optional>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::optional<std::string> public_name(const SeenCertificate& c) {
  for (const auto& name : c.facts.names(ossl::AlternativeName::Kind::dns))
    if (!profile::is_pinned_name(name)) return name;
  return std::nullopt;
}

}  // namespace

const CertificateRule e_profile_names{
    .name = "e_profile_names",
    .rule = "A server certificate carries only names that the profile accepts.",
    .citation = "the profile, accept.names; CA/B Forum Baseline Requirements, 4.2.2 and 7.1.4.2",
    .applies =
        [](const SeenCertificate& c) {
          return c.use == Use::server && c.profile() != nullptr &&
                 c.profile()->accept.names == profile::NameRule::pinned;
        },
    .holds = [](const SeenCertificate& c) { return !public_name(c); },
    .found =
        [](const SeenCertificate& c) {
          return "the name " + in_quotes(*public_name(c)) + " can be certified by public CAs; profile " +
                 c.profile()->name +
                 " wants one under a reserved top-level name (.internal, .home.arpa …), or an address as dNSName";
        },
};

}  // namespace epki::lint
