#include <algorithm>

#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule e_plus_plus_plus{
    .name = "e_plus_plus_plus",
    .rule = "What is uploaded does not hold +++.",
    .citation = "AT interface of the EC200U, QFUPL: +++ in the data ends the transfer",
    .applies = [](const SeenFile& f) { return is_uploaded(f); },
    .holds = [](const SeenFile& f) { return f.file.bytes.find("+++") == std::string_view::npos; },
    .found =
        [](const SeenFile&) {
          return std::string(
              "the text holds \"+++\", which ends an upload to the modem: make another, base64 has it by chance");
        },
    .line =
        [](const SeenFile& f) {
          const auto at = f.file.bytes.find("+++");
          return at == std::string_view::npos
                     ? 0
                     : static_cast<std::size_t>(std::count(
                           f.file.bytes.begin(), f.file.bytes.begin() + static_cast<std::ptrdiff_t>(at), '\n')) +
                           1;
        },
};

}  // namespace epki::lint
