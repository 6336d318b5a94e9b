#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_serial_too_long{
    .name = "e_serial_too_long",
    .rule = "A serial number has at most 20 octets.",
    .citation = "RFC 5280, 4.1.2.2",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.serial_octets <= 20; },
    .found =
        [](const SeenCertificate& c) {
          return "the serial number has " + std::to_string(c.facts.serial_octets) + " octets";
        },
};

}  // namespace epki::lint
