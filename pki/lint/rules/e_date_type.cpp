#include "pki/lint/rules.hpp"

namespace epki::lint {

namespace {

bool fits(const ossl::TimeFacts& time) {
  return time.form == ossl::TimeFacts::Form::utc_time || year_of(*time.at) >= 2050;
}

}  // namespace

// A UTCTime cannot name a year beyond 2049, so only the other mistake can be made.
const CertificateRule e_date_type{
    .name = "e_date_type",
    .rule = "Dates through 2049 are UTCTime, later ones GeneralizedTime.",
    .citation = "RFC 5280, 4.1.2.5",
    .applies = [](const SeenCertificate& c) { return c.facts.not_before.at && c.facts.not_after.at; },
    .holds = [](const SeenCertificate& c) { return fits(c.facts.not_before) && fits(c.facts.not_after); },
    .found =
        [](const SeenCertificate& c) {
          return std::string(fits(c.facts.not_before) ? "notAfter" : "notBefore") + " is a GeneralizedTime before 2050";
        },
};

}  // namespace epki::lint
