#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule n_key_not_compared{
    .name = "n_key_not_compared",
    .rule = "A private key is compared with its certificate.",
    .citation = "RFC 5958",
    .applies = [](const SeenFile& f) { return !f.file.keys.empty(); },
    .holds = [](const SeenFile& f) { return !has_unread_key(f.file); },
    .found = [](const SeenFile&) { return std::string("a private key is encrypted, or DER, and was not compared"); },
};

}  // namespace epki::lint
