#pragma once
// File names and setting values as this modem spells them.

#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::ec200u {

/// "x.pem" for "UFS:x.pem"; other stores keep their prefix.
std::string_view without_storage(std::string_view name);

/// "UFS:x.pem" as the field report uploads and binds it; bare where the prefix would make it too long.
std::string wire_name(std::string_view name);

/// `"text"`, or Errc::usage when the text holds a quote or a control character; `what` names it in the sentence, the
/// text itself is not shown (it may be a password).
Result<std::string> quoted(std::string_view what, std::string_view text);

/// The value of an SSL setting on the wire: paths quoted with UFS: in front, everything else bare (a quoted ciphersuite
/// is refused; AT reference, 2). Errc::usage for a value that cannot be one.
Result<std::string> ssl_wire_value(std::string_view key, std::string_view value);

/// cacert, cacertex, clientcert, clientkey.
bool is_path_key(std::string_view key);

}  // namespace epki::ec200u
