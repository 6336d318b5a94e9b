#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_block_unreadable{
    .name = "e_block_unreadable",
    .rule = "Everything in a file can be read.",
    .citation = "RFC 7468, 2; RFC 5280, 4.1",
    .applies = [](const SeenFile& f) { return !f.file.contents.items.empty(); },
    .holds = [](const SeenFile& f) { return first_damaged(f.file) == nullptr; },
    .found =
        [](const SeenFile& f) {
          const auto* item = first_damaged(f.file);
          return "the " + std::string(word(item->kind)) + (f.file.contents.pem ? "" : " (DER)") +
                 " cannot be read: " + item->damage;
        },
    .line =
        [](const SeenFile& f) {
          const auto* item = first_damaged(f.file);
          return item == nullptr ? 0 : item->line;
        },
};

}  // namespace epki::lint
