#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule n_archive_not_opened{
    .name = "n_archive_not_opened",
    .rule = "A PKCS#12 archive is opened before it is judged.",
    .citation = "RFC 7292, 4: it is encrypted",
    .applies = [](const SeenFile& f) { return holds(f.file, ossl::FileItem::Kind::pkcs12); },
    .holds = [](const SeenFile&) { return false; },
    .found =
        [](const SeenFile&) {
          return std::string(
              "a PKCS#12 archive was not opened, because that needs its passphrase: take it apart with openssl pkcs12");
        },
};

}  // namespace epki::lint
