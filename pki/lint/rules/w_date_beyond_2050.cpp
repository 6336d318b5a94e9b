#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_date_beyond_2050{
    .name = "w_date_beyond_2050",
    .rule = "notAfter lies before 2050.",
    .citation = "RFC 5280, 4.1.2.5; the clock of the modem has two digits for the year",
    .applies = [](const SeenCertificate& c) { return c.facts.not_after.at.has_value(); },
    .holds = [](const SeenCertificate& c) { return year_of(*c.facts.not_after.at) < 2050; },
    .found =
        [](const SeenCertificate& c) {
          return "it is valid until " + rfc3339(*c.facts.not_after.at) +
                 ", a date in another encoding than usual and beyond 2038: not known to work on this modem";
        },
};

}  // namespace epki::lint
