#pragma once
// What stands in for the world when the port is sim: the simulator as a child process, and the project's own broker
// where nobody runs one. Both end with the command.

#include <string>
#include <vector>

#include "broker-configs/mosquitto.hpp"
#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/child.hpp"
#include "core/result.hpp"

namespace epki::cli {

class Simulator {
 public:
  /// Starts ec200u-sim, found beside this program, with this persona; its files persist in .ec200u-pki/sim/<persona>.
  /// `number` 2 and up: another modem of the same persona, with an IMEI and a folder <persona>-<number> of its own.
  /// `names` resolve to `address` unless the persona says otherwise; with a `dns_port` it asks the DNS servers that
  /// AT+QIDNSCFG names, there. Blocks until the modem's pseudo-terminal is there.
  static Result<Simulator> start(const std::string& persona, int number, const std::filesystem::path& state_folder,
                                 const std::vector<std::string>& names, const Context& context,
                                 const std::string& address = "127.0.0.1", std::uint16_t dns_port = 0);
  const std::string& pty() const { return pty_; }

 private:
  Simulator(Child child, std::string pty) : child_(std::move(child)), pty_(std::move(pty)) {}
  Child child_;
  std::string pty_;
};

/// The project's Mosquitto, started unless something listens on its port already; says which. Nothing: one is running.
Result<std::optional<broker::RunningBroker>> ensure_broker(const config::Project& project, const Context& context);

}  // namespace epki::cli
