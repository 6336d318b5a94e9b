#include "core/text.hpp"
#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_pem_text_before{
    .name = "w_pem_text_before",
    .rule = "A PEM file holds its blocks and nothing else.",
    .citation = "RFC 7468, 2 permits text before blocks; it is not known whether the modem does",
    .applies = [](const SeenFile& f) { return f.file.contents.pem; },
    .holds = [](const SeenFile& f) { return text_before(f.file) == nullptr; },
    .found =
        [](const SeenFile& f) {
          const auto* s = text_before(f.file);
          return counted(s->bytes, "byte") +
                 " of text before a block, which costs room on the modem and may not be understood";
        },
    .line =
        [](const SeenFile& f) {
          const auto* s = text_before(f.file);
          return s == nullptr ? 0 : s->line;
        },
};

}  // namespace epki::lint
