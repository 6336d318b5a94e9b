#include "pki/lint/chain.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_name_outside_constraints{
    .name = "e_name_outside_constraints",
    .rule = "The names of a certificate lie within the name constraints of every CA above it.",
    .citation =
        "RFC 5280, 4.2.1.10 and 6.1.4; measured: OpenSSL, GnuTLS, wolfSSL and Botan refuse, mbedTLS 2.28 does "
        "not look",
    .applies = [](const SeenCertificate& c) { return c.certificate && is_constrained(c); },
    .holds = [](const SeenCertificate& c) { return !outside_constraints(c); },
    .found =
        [](const SeenCertificate& c) {
          const auto outside = *outside_constraints(c);
          if (outside.name.name.empty())
            return "the name constraints of " + outside.ca->facts.subject +
                   " cannot be applied to it: " + outside.name.reason;
          return "\"" + outside.name.name + "\" is outside the name constraints of " + outside.ca->facts.subject +
                 " (" + outside.name.reason + ")" +
                 (outside.name.permitted.empty() ? "" : "; permitted: " + outside.name.permitted);
        },
};

}  // namespace epki::lint
