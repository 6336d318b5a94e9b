#include "verify/trial/place.hpp"

#include "verify/probe/live_responder.hpp"
#include "verify/probe/remote_responder.hpp"

namespace epki::trial {

Result<std::unique_ptr<probe::Responder>> start_responder(const Setup& setup, const Cancel& cancel) {
  const HostPort listen{setup.listen_address, setup.listen_port};
  if (!setup.responder_command.empty())
    return probe::remote::connect({setup.responder_command, listen, setup.dns}, cancel);
  auto responder = probe::LiveResponder::start({.listen = listen, .dns = setup.dns, .relay = setup.relay}, cancel);
  if (!responder) return std::move(responder).error();
  return std::unique_ptr<probe::Responder>(std::move(*responder));
}

}  // namespace epki::trial
