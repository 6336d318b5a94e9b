#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_device_root_is_broker_root{
    .name = "e_device_root_is_broker_root",
    .rule = "The root of the devices is not the root of the broker.",
    .citation = "the threat model: a stolen device key must never be able to play the broker",
    .applies =
        [](const SeenFile& f) { return f.file.role == Role::device_root || f.file.role == Role::client_anchors; },
    .holds = [](const SeenFile& f) { return shared_anchor(f) == nullptr; },
    .found =
        [](const SeenFile& f) {
          return shared_anchor(f)->facts.subject +
                 " is what the modem trusts for the broker too: whoever holds a device key could play the broker";
        },
    .line =
        [](const SeenFile& f) {
          const auto* c = shared_anchor(f);
          return c == nullptr ? 0 : c->line;
        },
};

}  // namespace epki::lint
