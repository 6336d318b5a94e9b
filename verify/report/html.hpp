#pragma once
// The report as one HTML file that a customer can read: no outside resources, no script.

#include <string>
#include <string_view>

#include "core/json.hpp"
#include "core/result.hpp"

namespace epki::report {

struct Occasion {
  std::string tool;     ///< "ec200u-pki 0.1.0"
  std::string at;       ///< RFC 3339
  std::string command;  ///< how to repeat it, without personal numbers
};

/// From a verify document (docs/verify.md), which is shown as it is given to others (masking.hpp). Every text from
/// outside is escaped.
Result<std::string> html(const Json& document, const Occasion& occasion);

}  // namespace epki::report
