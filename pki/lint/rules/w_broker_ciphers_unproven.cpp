#include "pki/lint/broker_tls.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_broker_ciphers_unproven{
    .name = "w_broker_ciphers_unproven",
    .rule = "The suite shared with the modem is one that it names.",
    .citation = "AT interface of the EC200U, ciphersuite: 0XC02B and 0XC02C are not in the lists",
    .applies = [](const SeenFile& f) { return tls_listener(f) && !unshared(f); },
    .holds = [](const SeenFile& f) { return !unproven(f); },
    .found = [](const SeenFile& f) { return unproven(f)->what; },
    .line =
        [](const SeenFile& f) {
          const auto bad = unproven(f);
          return bad ? bad->line : 0;
        },
};

}  // namespace epki::lint
