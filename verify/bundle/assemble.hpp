#pragma once
// From a run to the members of its bundle.

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "verify/bundle/container.hpp"
#include "verify/trial/trial.hpp"

namespace epki::bundle {

/// What the report does not know.
struct About {
  std::string tool;                   ///< "ec200u-pki 0.1.0"
  std::string at;                     ///< RFC 3339
  std::string command;                ///< how to repeat it, without personal numbers
  std::vector<std::string> at_log{};  ///< lines of the wire log, secrets masked
  std::uint16_t port = 8883;          ///< the responder's
};

/// Personal numbers (IMEI, ICCID, IMSI) are masked everywhere, and a real port is named by its kind only. No private
/// key is in a Report, so none comes in here.
Members assemble(const trial::Report& report, const About& about);

/// The verify document as it is given to others: with schema, and personal numbers masked.
Json report_for_others(const trial::Report& report);

}  // namespace epki::bundle
