#include "core/text.hpp"
#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_several_end_entities{
    .name = "w_several_end_entities",
    .rule = "A chain has one end-entity certificate.",
    .citation = "RFC 5246, 7.4.2",
    .applies = [](const SeenFile& f) { return f.file.certificates.size() > 1; },
    .holds = [](const SeenFile& f) { return end_entities(f.file) <= 1; },
    .found =
        [](const SeenFile& f) {
          return "there are " + counted(end_entities(f.file), "end-entity certificate") +
                 ": a server shows the first, and a modem takes one";
        },
};

}  // namespace epki::lint
