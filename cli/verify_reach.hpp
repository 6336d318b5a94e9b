#pragma once
// Where the modem reaches the responder: what verify's options say of names, addresses and ports.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

struct ReachOptions {
  std::optional<std::string> listen{}, reach_as{}, responder{}, dns{}, dns_as{};
};

/// Fills in reach_host, reach_port, listen_*, responder_command, dns and address_for_modem. Only a simulated modem is
/// known to run on this machine; a real one needs --reach-as. Errc::usage.
Status set_reach(const ReachOptions& options, bool simulated, trial::Setup& setup);

}  // namespace epki::cli
