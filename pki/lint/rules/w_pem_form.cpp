#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_pem_form{
    .name = "w_pem_form",
    .rule = "PEM is written as RFC 7468 writes it.",
    .citation = "RFC 7468, 3",
    .applies = [](const SeenFile& f) { return f.file.contents.pem; },
    .holds = [](const SeenFile& f) { return odd(f.file) == nullptr; },
    .found =
        [](const SeenFile& f) {
          return "the " + std::string(word(odd(f.file)->kind)) +
                 " is written in a way that not every reader takes: " + odd(f.file)->oddity;
        },
    .line =
        [](const SeenFile& f) {
          const auto* item = odd(f.file);
          return item == nullptr ? 0 : item->line;
        },
};

}  // namespace epki::lint
