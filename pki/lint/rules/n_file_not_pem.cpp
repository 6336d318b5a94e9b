#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule n_file_not_pem{
    .name = "n_file_not_pem",
    .rule = "A certificate for a modem is PEM.",
    .citation = "AT interface of the EC200U, files: only PEM was seen to work",
    .applies = [](const SeenFile& f) { return !f.file.certificates.empty(); },
    .holds = [](const SeenFile& f) { return f.file.contents.pem; },
    .found = [](const SeenFile&) { return std::string("the file is DER; the modem was only ever seen to take PEM"); },
};

}  // namespace epki::lint
