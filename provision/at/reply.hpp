#pragma once
// Which line ends a reply. Whole lines only: a file named BOOK.pem is not an OK.

#include <optional>
#include <string_view>

#include "provision/at/engine.hpp"

namespace epki::at {

/// A final result code, as a Reply without information lines; nothing for any other line.
std::optional<Reply> parse_final(std::string_view line);

/// SEND OK and SEND FAIL end a command that prompted for data, and mean nothing elsewhere.
std::optional<Reply> parse_send_final(std::string_view line);

/// "+QFDWL:" for `AT+QFDWL="x"`: the tag that an extended command's own information lines carry. Empty for `ATI`.
std::string answer_tag(std::string_view command);

}  // namespace epki::at
