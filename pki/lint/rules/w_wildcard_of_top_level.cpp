#include <algorithm>
#include <optional>

#include "pki/lint/host.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

std::optional<std::string> too_wide(const SeenCertificate& c) {
  for (const auto& name : c.facts.names(ossl::AlternativeName::Kind::dns))
    if (name.starts_with("*.") && std::count(name.begin(), name.end(), '.') == 1) return name;
  return std::nullopt;
}

}  // namespace

const CertificateRule w_wildcard_of_top_level{
    .name = "w_wildcard_of_top_level",
    .rule = "A wildcard has at least two labels behind it.",
    .citation = "RFC 6125, 7.2; measured: mbedTLS 2.28 takes *.test, OpenSSL and Botan refuse it",
    .applies = [](const SeenCertificate& c) { return !c.facts.names(ossl::AlternativeName::Kind::dns).empty(); },
    .holds = [](const SeenCertificate& c) { return !too_wide(c); },
    .found =
        [](const SeenCertificate& c) {
          return in_quotes(*too_wide(c)) + " stands for every name under a top-level name; clients disagree on it";
        },
};

}  // namespace epki::lint
