#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_issuer_not_given{
    .name = "w_issuer_not_given",
    .rule = "Where a root is given, every certificate's issuer is given too.",
    .citation = "RFC 5280, 6.1: a path ends at a trust anchor",
    .applies = [](const SeenCertificate& c) { return !c.facts.self_issued() && c.roots_given; },
    .holds = [](const SeenCertificate& c) { return c.issuer != nullptr; },
    .found =
        [](const SeenCertificate& c) {
          return "none of the certificates given is its issuer, " +
                 (c.facts.issuer.empty() ? std::string("which has no name") : c.facts.issuer) +
                 ": an intermediate is missing, or it is under another root";
        },
};

}  // namespace epki::lint
