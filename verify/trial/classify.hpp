#pragma once
#include <optional>
#include <string>
#include <string_view>

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

/// What the modem's own side of the attempt adds.
struct ModemSide {
  bool opened = false;               ///< it says that it is connected
  bool silent = false;               ///< no result line came: it is not known whether it opened
  std::optional<Absence> absence{};  ///< looked into, because nothing arrived
};
/// The same where the server's record alone may mislead.
Seen beside(Seen seen, const probe::ServerRecord& record, const ModemSide& modem);
inline constexpr std::string_view somebody_else = "the modem connected to somebody else by this name";

}  // namespace epki::trial
