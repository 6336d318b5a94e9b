#pragma once
// The bytes of a capture file as UTF-8: terminals and shells on Windows write UTF-16. No I/O.

#include <string>

#include "core/result.hpp"

namespace epki::plan {

struct CaptureText {
  std::string text{};
  std::string read_as{};  ///< "UTF-16LE" or "UTF-16BE"; empty: the bytes are as they were, but for a UTF-8 mark
};

/// By its byte order mark (Unicode 15.0, 23.8), or, where that was cut off, by every other byte being NUL. Half of a
/// surrogate pair becomes U+FFFD; an odd last byte is left out. NULs of a line that powers up are no UTF-16.
/// Errc::input for UTF-32, which no tool is known to write.
Result<CaptureText> capture_text(std::string bytes);

}  // namespace epki::plan
