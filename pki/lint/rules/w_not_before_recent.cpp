#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_not_before_recent{
    .name = "w_not_before_recent",
    .rule = "notBefore lies at least 12 hours back.",
    .citation = "AT interface of the EC200U, clock: UTC is taken for local time, and clocks are slow",
    .applies = [](const SeenCertificate& c) { return c.facts.not_before.at.has_value(); },
    .holds =
        [](const SeenCertificate& c) {
          return c.question->at < *c.facts.not_before.at ||
                 c.question->at - *c.facts.not_before.at >= std::chrono::hours(12);
        },
    .found =
        [](const SeenCertificate& c) {
          return "it became valid only on " + rfc3339(*c.facts.not_before.at) +
                 ": a modem whose clock is slow, or in another time zone, refuses it";
        },
};

}  // namespace epki::lint
