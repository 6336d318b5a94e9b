#pragma once
// A verify document as it is given to others: the page, the JSON beside it and the bundle have it from here alone.

#include <string>
#include <string_view>

#include "core/json.hpp"

namespace epki::report {

/// "86123456…": what a report may show of an IMEI or ICCID: the first 8 digits, which name the type and the issuer
/// (3GPP TS 23.003, 6.2.1). Nothing is cut from what is no longer than that.
std::string masked(std::string_view number);

/// Every text in `json`, however deep, with the device's IMEI and ICCID masked: a number may stand in a sentence, a
/// command or a file's name as well. `device`: of a verify document.
Json without_personal_numbers(const Json& json, const Json& device);

/// The document as --json prints it, with schema and `ok`, personal numbers masked everywhere and a real port called
/// PORT: the name of a port may hold a serial number, that of a command a host. Twice is as once.
Json for_others(const Json& document, bool ok);

}  // namespace epki::report
