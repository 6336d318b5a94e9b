#pragma once
// Live public servers (--public): the modem opens them itself, under U and under the server's own root. What it says of
// that stands beside the replays as corroboration: nobody can show a live server's twin, so it is no proof.

#include <string>
#include <vector>

#include "core/connect.hpp"
#include "core/result.hpp"
#include "verify/oracle/oracle.hpp"
#include "verify/probe/cases.hpp"
#include "verify/trial/modem_bench.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

struct LiveServer {
  HostPort place;
  int anchor = -1;  ///< its chain's number in the deck: what its positive control binds
};

struct LiveContext {
  std::vector<std::string> system_roots{};  ///< PEM: what the oracle judges with, beside what is uploaded
  bool relay = false;  ///< the modem's names lead to our responder, which passes this server through
  std::string user_pem{};
  Instant now{};
};

/// One sentence for each path, without its full stop: "the live server … was accepted (3 of 3) under the throw-away CA
/// …". Every attempt is in the bench's records.
Result<std::vector<std::string>> ask_live(ModemBench& bench, const LiveServer& server, const probe::Genuine& chain,
                                          const LiveContext& context, const Setup& setup, Reporter& reporter);

}  // namespace epki::trial
