#include "core/text.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_der_trailing_bytes{
    .name = "e_der_trailing_bytes",
    .rule = "Nothing follows the last DER object of a file.",
    .citation = "X.690, 10.1",
    .applies = [](const SeenFile& f) { return !f.file.contents.pem && !f.file.contents.items.empty(); },
    .holds = [](const SeenFile& f) { return f.file.contents.trailing_bytes == 0; },
    .found =
        [](const SeenFile& f) { return counted(f.file.contents.trailing_bytes, "byte") + " after the last object"; },
};

}  // namespace epki::lint
