#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_nothing_recognised{
    .name = "e_nothing_recognised",
    .rule = "A file holds a certificate, a key, a request, a revocation list or a broker configuration.",
    .citation = "RFC 7468; RFC 5280, 4.1",
    .applies = [](const SeenFile&) { return true; },
    .holds = [](const SeenFile& f) { return !f.file.contents.items.empty() || f.file.broker.has_value(); },
    .found =
        [](const SeenFile& f) {
          return f.file.bytes.empty()
                     ? std::string("the file is empty")
                     : std::string("nothing was recognised: no PEM block, no DER object, no Mosquitto configuration");
        },
};

}  // namespace epki::lint
