#include "pki/lint/file_marks.hpp"
#include "pki/lint/rules.hpp"

namespace epki::lint {

const FileRule w_file_is_pkcs7{
    .name = "w_file_is_pkcs7",
    .rule = "Certificates for a modem or a broker are PEM certificates, not a PKCS#7 bundle.",
    .citation = "RFC 7468, 5 and 8: neither Mosquitto nor the modem reads PKCS#7",
    .applies = [](const SeenFile& f) { return !f.file.contents.items.empty(); },
    .holds = [](const SeenFile& f) { return !holds(f.file, ossl::FileItem::Kind::pkcs7); },
    .found =
        [](const SeenFile&) {
          return std::string(
              "the file is a PKCS#7 bundle, a set without an order: take it apart with openssl pkcs7 -print_certs");
        },
};

}  // namespace epki::lint
