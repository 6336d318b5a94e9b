#pragma once
// What a server saw of a peer, read again from the bytes of its connections. Nobody's key is needed: TLS 1.2 shows its
// handshake in clear, and that data followed.

#include <optional>
#include <vector>

#include "pki/ossl/wire_tap.hpp"
#include "verify/probe/responder.hpp"

namespace epki::bundle {

struct WireReading {
  probe::ServerRecord record{};
  ossl::Chain presented{};
  /// The peer sent an alert after the keys changed: that there is one shows, and which does not.
  bool sealed_alert = false;
  bool cut = false;  ///< not all of the attempt's connection was kept
};

/// The attempt's connection, or else the best of the others of its time that came to no ClientHello.
WireReading read_wire(const std::vector<ossl::WireTap>& connections);

}  // namespace epki::bundle
