#include "core/text.hpp"
#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_several_certificates{
    .name = "e_several_certificates",
    .rule = "Where one certificate is meant, there is one.",
    .citation =
        "measured: mbedTLS 2.28 trusts every certificate of a bound file that it can parse, and passes over the others",
    .applies = [](const SeenFile& f) { return one_is_meant(f); },
    .holds = [](const SeenFile& f) { return f.file.certificates.size() <= 1; },
    .found =
        [](const SeenFile& f) {
          return "there are " + counted(f.file.certificates.size(), "certificate") +
                 ": the modem would trust each of them, or only some";
        },
};

}  // namespace epki::lint
