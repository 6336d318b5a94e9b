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

/// From a verify document (docs/verify.md). Personal numbers (IMEI, ICCID) are masked but for their first 8 digits,
/// which name the type and the issuer. Every text from outside is escaped.
Result<std::string> html(const Json& document, const Occasion& occasion);

/// "86123456…": what a report may show of an IMEI or ICCID.
std::string masked(std::string_view number);

}  // namespace epki::report
