#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_serial_not_positive{
    .name = "e_serial_not_positive",
    .rule = "A serial number is positive.",
    .citation = "RFC 5280, 4.1.2.2",
    .applies = always,
    .holds = [](const SeenCertificate& c) { return c.facts.serial_positive; },
    .found = [](const SeenCertificate& c) { return "the serial number is " + c.facts.serial; },
};

}  // namespace epki::lint
