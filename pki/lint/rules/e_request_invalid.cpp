#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_request_invalid{
    .name = "e_request_invalid",
    .rule = "A certificate request is signed with the key inside it.",
    .citation = "RFC 2986, 3; RFC 4211, 4",
    .applies = [](const SeenFile& f) { return holds(f.file, ossl::FileItem::Kind::request); },
    .holds = [](const SeenFile& f) { return request_error(f.file).empty(); },
    .found = [](const SeenFile& f) { return request_error(f.file); },
};

}  // namespace epki::lint
