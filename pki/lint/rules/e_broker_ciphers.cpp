#include "pki/lint/broker_tls.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_broker_ciphers{
    .name = "e_broker_ciphers",
    .rule = "The broker's cipher list shares a suite with the modem.",
    .citation = "AT interface of the EC200U, ciphersuite: the suites it names",
    .applies = [](const SeenFile& f) { return tls_listener(f); },
    .holds = [](const SeenFile& f) { return !unshared(f); },
    .found = [](const SeenFile& f) { return unshared(f)->what; },
    .line =
        [](const SeenFile& f) {
          const auto bad = unshared(f);
          return bad ? bad->line : 0;
        },
};

}  // namespace epki::lint
