#pragma once
// The first flight of a TLS 1.2 server, written by hand and without the leaf's key: the signature in it is well formed
// and wrong. A client judges the chain before that signature, so its alert tells which of the two it minded (trust
// probing, 1.2).

#include <span>
#include <string>

#include "pki/ossl/certificate.hpp"
#include "pki/ossl/tls_client_hello.hpp"

namespace epki::probe {

struct ServerFlight {
  std::string bytes;    ///< records to send: ServerHello to ServerHelloDone, or one fatal alert
  std::string refused;  ///< non-empty: why this client cannot be shown this chain; `bytes` is the alert
};

/// Answers only what `hello` offers. `message` is the hello's own bytes: the server's random values are a digest of
/// them, so that the same hello gets the same flight.
ServerFlight server_flight(const ossl::ClientHello& hello, std::span<const std::byte> message,
                           const ossl::Chain& chain);

/// One fatal alert as a record.
std::string fatal_alert(unsigned description);

}  // namespace epki::probe
