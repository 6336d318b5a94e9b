#include "core/text.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule w_serial_short{
    .name = "w_serial_short",
    .rule = "A serial number holds at least 64 random bits.",
    .citation = "CA/B Forum Baseline Requirements, 7.1",
    .applies = [](const SeenCertificate& c) { return c.facts.serial_positive; },
    .holds = [](const SeenCertificate& c) { return c.facts.serial_octets >= 8; },
    .found =
        [](const SeenCertificate& c) {
          return "the serial number " + c.facts.serial + " has " + counted(c.facts.serial_octets, "octet") +
                 ": small numbers are guessed, and come twice when a CA is set up again";
        },
};

}  // namespace epki::lint
