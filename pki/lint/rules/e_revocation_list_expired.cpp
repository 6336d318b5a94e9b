#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_revocation_list_expired{
    .name = "e_revocation_list_expired",
    .rule = "A revocation list has not expired.",
    .citation = "RFC 5280, 5.1.2.5; Mosquitto refuses every client then",
    .applies = [](const SeenFile& f) { return holds(f.file, ossl::FileItem::Kind::crl); },
    .holds = [](const SeenFile& f) { return !expired_list(f); },
    .found =
        [](const SeenFile& f) {
          return "the next list was due on " + rfc3339(*expired_list(f)) +
                 ": a broker with this one refuses every client";
        },
};

}  // namespace epki::lint
