#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::labels {

struct QrCode {
  int size = 0;      ///< modules a side, quiet zone of 4 included (ISO/IEC 18004, 5.3.8)
  std::string path;  ///< SVG path data, one unit a module
};

/// Error correction level M. Errc::input for an empty text or one that does not fit.
Result<QrCode> encode_qr(std::string_view text);

}  // namespace epki::labels
