#pragma once
// One simulated modem on a real serial port.

#include <functional>
#include <string>

#include "core/result.hpp"
#include "sim/front/modem.hpp"
#include "sim/run/serial_line.hpp"

namespace epki::sim {

/// Runs until `signals` (a signalfd) brings SIGTERM, SIGINT or SIGHUP, or the port is gone (Errc::modem_gone). SIGUSR1
/// is a power cut: the modem is off and on again. `say` gets a line of JSON when the modem is past RDY, and with `tell`
/// every line of the conversation.
Status serve_serial(SerialLine line, Modem::Parts parts, bool tell, int signals,
                    const std::function<void(const std::string& line)>& say);

}  // namespace epki::sim
