#include "core/text.hpp"
#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_pem_stray_bytes{
    .name = "e_pem_stray_bytes",
    .rule = "Outside of its blocks a PEM file holds readable text before them, and nothing after.",
    .citation = "RFC 7468, 2 permits text before; a modem may read the file as a C string, or from its first byte",
    .applies = [](const SeenFile& f) { return f.file.contents.pem; },
    .holds = [](const SeenFile& f) { return stray(f.file) == nullptr; },
    .found =
        [](const SeenFile& f) {
          const auto* s = stray(f.file);
          return s->kind == ossl::PemStray::Kind::text_after
                     ? counted(s->bytes, "byte") +
                           " after the last block: what is left of a longer file, or of a damaged copy?"
                     : counted(s->bytes, "byte") + " that " + (s->bytes == 1 ? "is" : "are") +
                           " no text (a byte order mark, a NUL, control characters)";
        },
    .line =
        [](const SeenFile& f) {
          const auto* s = stray(f.file);
          return s == nullptr ? 0 : s->line;
        },
};

}  // namespace epki::lint
