#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_key_readable_by_others{
    .name = "w_key_readable_by_others",
    .rule = "A file with an unencrypted private key is readable by its owner alone.",
    .citation = "CWE-732",
    .applies = [](const SeenFile& f) { return f.file.mode && has_plain_key(f.file); },
    .holds = [](const SeenFile& f) { return (*f.file.mode & 077U) == 0; },
    .found =
        [](const SeenFile&) {
          return std::string(
              "the file holds an unencrypted private key, and others than its owner may read or write it");
        },
};

}  // namespace epki::lint
