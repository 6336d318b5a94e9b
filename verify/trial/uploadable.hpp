#pragma once
#include <string>
#include <string_view>

namespace epki::trial {

/// The same certificate, as a text that this modem takes: `+++` in the data ends an upload (AT reference, 3), and
/// base64 may hold it. Then a line ends between them: readers take line ends anywhere in base64 (RFC 7468, 3, "lax").
std::string uploadable(std::string_view pem);

}  // namespace epki::trial
