#pragma once
// The single steps back, used at the end of a run and by a later run after a cut one.

#include <chrono>
#include <string>

#include "core/clock.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::trial {

/// False: the modem will not delete it (a warning). A file that is not there is gone.
Result<bool> remove_file(ec200u::Modem& modem, const std::string& name, Reporter& reporter);

/// The clock runs on as it would have. A time that the modem's two-digit year cannot hold is a warning.
Status restore_clock(ec200u::Modem& modem, Instant now, std::chrono::seconds offset, Reporter& reporter);

/// AT+CTZU=1 again. A refusal is a warning.
Status follow_network_time(ec200u::Modem& modem, Reporter& reporter);

}  // namespace epki::trial
