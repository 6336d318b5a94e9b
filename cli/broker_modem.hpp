#pragma once
// A client of the modem's kind at the broker's door: the simulated modem, whose TLS is mbedTLS, driven over its port
// with the same commands that a real one gets.

#include "broker-configs/smoke/smoke.hpp"
#include "cli/context.hpp"

namespace epki::cli {

/// One row, "modem": accepted means that a message it published came back to it. Untested where the simulator is not
/// installed. Errc::interrupted, Errc::disk; everything else is the row.
Result<broker::SmokeRow> try_as_modem(const broker::SmokePlan& plan, std::string_view root_pem, Context& context);

}  // namespace epki::cli
