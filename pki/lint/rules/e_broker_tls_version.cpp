#include "pki/lint/broker_tls.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_broker_tls_version{
    .name = "e_broker_tls_version",
    .rule = "The broker accepts TLS 1.2.",
    .citation = "AT interface of the EC200U, SSL: TLS 1.2 at most; mosquitto.conf(5): tls_version is the lowest",
    .applies = [](const SeenFile& f) { return tls_listener(f); },
    .holds = [](const SeenFile& f) { return !too_new(f); },
    .found = [](const SeenFile& f) { return too_new(f)->what; },
    .line =
        [](const SeenFile& f) {
          const auto bad = too_new(f);
          return bad ? bad->line : 0;
        },
};

}  // namespace epki::lint
