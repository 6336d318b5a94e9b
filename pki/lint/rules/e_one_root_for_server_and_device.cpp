#include "pki/lint/rules.hpp"

namespace epki::lint {

const CertificateRule e_one_root_for_server_and_device{
    .name = "e_one_root_for_server_and_device",
    .rule = "Server and device certificates end at unrelated roots.",
    .citation = "the threat model: a stolen device key must never be able to play the broker",
    .applies = [](const SeenCertificate& c) { return c.use == Use::client; },
    .holds = [](const SeenCertificate& c) { return !c.meets_server_root; },
    .found =
        [](const SeenCertificate& c) {
          return "its path ends where a server certificate's does (" + c.path().back()->facts.issuer +
                 "): use a root of its own for devices, as init --mutual makes";
        },
};

}  // namespace epki::lint
