#include "provision/station/labels/qr_code.hpp"

#include <qrencode.h>

#include <memory>

namespace epki::labels {

namespace {

constexpr int quiet = 4;

struct FreeCode {
  void operator()(QRcode* code) const noexcept { ::QRcode_free(code); }
};

}  // namespace

Result<QrCode> encode_qr(std::string_view text) {
  if (text.empty()) return Error{Errc::input, "a QR code needs a text", "see qr in the label's template"};
  const std::unique_ptr<QRcode, FreeCode> code(::QRcode_encodeData(
      static_cast<int>(text.size()), reinterpret_cast<const unsigned char*>(text.data()), 0, QR_ECLEVEL_M));
  if (code == nullptr)
    return Error{Errc::input, "a text of " + std::to_string(text.size()) + " bytes does not fit into a QR code",
                 "shorten qr in the label's template"};
  QrCode made{code->width + 2 * quiet, {}};
  for (int y = 0; y < code->width; ++y)
    for (int x = 0; x < code->width; ++x) {
      if ((code->data[y * code->width + x] & 1U) == 0) continue;
      int run = 1;
      while (x + run < code->width && (code->data[y * code->width + x + run] & 1U) != 0) ++run;
      made.path += "M" + std::to_string(x + quiet) + " " + std::to_string(y + quiet) + "h" + std::to_string(run) +
                   "v1h-" + std::to_string(run) + "z";
      x += run - 1;
    }
  return made;
}

}  // namespace epki::labels
