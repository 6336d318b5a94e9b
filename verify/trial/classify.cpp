#include "verify/trial/classify.hpp"

#include "core/text.hpp"

namespace epki::trial {

namespace {

using infer::Outcome;
using ossl::Stage;

Seen without_hello(const probe::ServerRecord& record) {
  Seen seen;
  // A TCP connection that ends before the ClientHello: the path is fine, and the modem refused inside.
  seen.nothing_arrived = record.peer.stage == Stage::none;
  if (record.peer.stage == Stage::tcp) seen.note = "a TCP connection arrived, and no ClientHello on it";
  return seen;
}

Seen during_handshake(const ossl::TlsRecordOfPeer& peer) {
  Seen seen;
  seen.alert = peer.alert;
  if (peer.alert) {
    seen.outcome = Outcome::refused;
  } else if (peer.closed_by_peer || peer.reset_by_peer) {
    seen.outcome = Outcome::closed;
    seen.note = peer.reset_by_peer ? "the connection was reset" : "the connection was closed";
  } else {
    seen.outcome = Outcome::silent;
  }
  return seen;
}

}  // namespace

Seen classify(const probe::ServerRecord& record) {
  const auto& peer = record.peer;
  if (!peer.could_not_present.empty()) {
    // Where the first bytes are no ClientHello there was nothing to present: that path never reached TLS.
    const bool no_tls = peer.stage <= Stage::tcp;
    return {no_tls ? Outcome::unreachable : Outcome::not_presented, std::nullopt, false, peer.could_not_present};
  }
  Seen seen;
  switch (peer.stage) {
    case Stage::none:
    case Stage::tcp: seen = without_hello(record); break;
    case Stage::client_hello:
    case Stage::flight_sent:
    case Stage::alert: seen = during_handshake(peer); break;
    case Stage::complete:
      seen.outcome = peer.application_data.empty() ? Outcome::completed : Outcome::accepted;
      seen.alert = peer.alert;
      break;
    case Stage::application_data: seen.outcome = Outcome::accepted; break;
  }
  if (record.strays > 0) {
    if (!seen.note.empty()) seen.note += "; ";
    seen.note += counted(record.strays, "other connection") + " came in between";
  }
  return seen;
}

Seen beside(Seen seen, const probe::ServerRecord& record, const ModemSide& modem) {
  if (seen.outcome == Outcome::completed && (modem.opened || modem.silent)) {
    // Not refused after the handshake: either nobody knows what the modem thought, or it says that it is connected.
    seen.outcome = Outcome::silent;
    seen.note = modem.silent ? "the modem's result line did not come, so whether it accepted is not known"
                             : "the modem says that it is open, and its data did not arrive";
  } else if (seen.outcome == Outcome::completed && record.peer.reset_by_peer) {
    seen.outcome = Outcome::silent;
    seen.note = "the connection was reset as the handshake completed: the line may have done that";
  }
  if (!seen.nothing_arrived) return seen;
  if (modem.opened && !record.connected) {
    seen.outcome = Outcome::unreachable;
  } else if (modem.absence) {
    if (!modem.absence->path_is_fine) seen.outcome = Outcome::unreachable;
    seen.note = modem.absence->words;
  }
  return seen;
}

}  // namespace epki::trial
