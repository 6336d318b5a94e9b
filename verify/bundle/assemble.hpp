#pragma once
// From a run to the members of its bundle.

#include <cstdint>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "verify/bundle/container.hpp"
#include "verify/report/html.hpp"
#include "verify/trial/trial.hpp"

namespace epki::bundle {

/// What the report does not know.
struct About {
  report::Occasion occasion;
  std::vector<std::string> at_log{};  ///< lines of the wire log, secrets masked
  std::uint16_t port = 8883;          ///< the responder's
};

/// Personal numbers (IMEI, ICCID, IMSI) are masked everywhere, and a real port is named by its kind only. No private
/// key is in a Report, so none comes in here.
Members assemble(const trial::Report& report, const About& about);

}  // namespace epki::bundle
