#pragma once
#include <string>
#include <string_view>

namespace epki::trial {

/// The same certificate, as a text that this modem takes: `+++` in the data ends an upload (AT reference, 3), and
/// base64 may hold it. Then the lines are made shorter, all of one length, so that it falls apart: readers take line
/// ends anywhere in base64 (RFC 7468, 3, "lax"). Returned as it is where there is nothing to do, and where no length
/// helps: probe::can_be_uploaded() tells. `pem`: one block.
std::string uploadable(std::string_view pem);

}  // namespace epki::trial
