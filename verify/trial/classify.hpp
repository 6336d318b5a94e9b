#pragma once
#include <string>

#include "verify/infer/evidence.hpp"
#include "verify/probe/responder.hpp"

namespace epki::trial {

/// What explains that nothing arrived, found out by a name look-up and a plain TCP connection.
struct Absence {
  bool path_is_fine = false;  ///< the name leads here and TCP arrives: the modem refused before any packet
  std::string words{};        ///< a clause: "the modem cannot resolve broker.example (565)"
};

/// What the peer did, from the server's record alone.
struct Seen {
  infer::Outcome outcome = infer::Outcome::not_sent;
  std::optional<int> alert{};
  bool nothing_arrived = false;  ///< no ClientHello: why is for an Absence to say
  std::string note{};
};
Seen classify(const probe::ServerRecord& record);

}  // namespace epki::trial
