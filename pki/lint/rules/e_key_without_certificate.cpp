#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_key_without_certificate{
    .name = "e_key_without_certificate",
    .rule = "A private key belongs to one of the certificates.",
    .citation = "RFC 5246, 7.4.2 and 7.4.8",
    .applies = [](const SeenFile& f) { return has_readable_key(f.file) && any_certificate(f.corpus); },
    .holds = [](const SeenFile& f) { return unmatched(f) == nullptr; },
    .found = [](const SeenFile&) { return std::string("the private key belongs to none of the certificates given"); },
    .line =
        [](const SeenFile& f) {
          const auto* key = unmatched(f);
          return key == nullptr ? 0 : key->line;
        },
};

}  // namespace epki::lint
