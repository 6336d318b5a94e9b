#include "verify/bundle/wire_reading.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/relay_view.hpp"

namespace epki::bundle {

namespace {

using ossl::Stage;

constexpr unsigned kChangeCipherSpec = 20, kAlert = 21;
// Encrypted, an alert is a record of its own; close_notify is one too, which says nothing against the server.
constexpr std::size_t kPlainAlert = 2;

/// Whether an encrypted alert is among the client's records (RFC 5246, 6.2.1).
bool has_sealed_alert(std::string_view client) {
  ossl::WireReader in(as_bytes(client));
  bool sealed = false;
  while (!in.empty()) {
    const unsigned type = in.u8();
    in.u16();
    const auto body = in.vector(2);
    if (in.failed()) return false;
    if (type == kChangeCipherSpec) sealed = true;
    if (sealed && type == kAlert && body.size() > kPlainAlert) return true;
  }
  return false;
}

WireReading read_one(const ossl::WireTap& tap) {
  probe::RelayView view;
  std::string client;
  for (const auto& piece : tap.pieces) {
    piece.from_peer ? view.from_client(as_bytes(piece.bytes)) : view.from_server(as_bytes(piece.bytes));
    if (piece.from_peer) client += piece.bytes;
  }
  WireReading reading;
  reading.record.peer = view.record();
  reading.record.peer.closed_by_peer = tap.closed_by_peer;
  reading.record.peer.reset_by_peer = tap.reset_by_peer;
  reading.record.connected = true;
  reading.presented = view.presented();
  reading.sealed_alert = has_sealed_alert(client);
  reading.cut = tap.cut;
  return reading;
}

}  // namespace

WireReading read_wire(const std::vector<ossl::WireTap>& connections) {
  const auto own =
      std::find_if(connections.begin(), connections.end(), [](const ossl::WireTap& tap) { return tap.of_the_attempt; });
  if (own != connections.end()) return read_one(*own);
  WireReading best;
  for (const auto& tap : connections) {
    if (tap.afterwards) continue;
    auto reading = read_one(tap);
    // One with a ClientHello that the responder did not take for the attempt's is a stray, whatever it said.
    if (reading.record.peer.stage != Stage::tcp) continue;
    if (best.record.connected &&
        (!best.record.peer.could_not_present.empty() || reading.record.peer.could_not_present.empty()))
      continue;
    best = std::move(reading);
  }
  return best;
}

}  // namespace epki::bundle
