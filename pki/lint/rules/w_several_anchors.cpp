#include "core/text.hpp"
#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_several_anchors{
    .name = "w_several_anchors",
    .rule = "A file of CA certificates alone holds one.",
    .citation =
        "measured: mbedTLS 2.28 trusts every certificate of a bound file that it can parse, and passes over the others",
    .applies =
        [](const SeenFile& f) {
          return f.file.role != Role::client_anchors && !one_is_meant(f) && f.file.certificates.size() > 1 &&
                 end_entities(f.file) == 0;
        },
    .holds = [](const SeenFile&) { return false; },
    .found =
        [](const SeenFile& f) {
          return "there are " + counted(f.file.certificates.size(), "CA certificate") +
                 ": good for a broker's cafile, not for a modem, which would trust each of them, or only some";
        },
};

}  // namespace epki::lint
