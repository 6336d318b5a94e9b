#pragma once
// Which TLS library the client looks like, from the alerts it gives to the run's own chains. A fingerprint, never
// evidence of what it trusts.

#include <string>
#include <vector>

#include "core/json.hpp"
#include "verify/infer/evidence.hpp"

namespace epki::infer {

struct Stack {
  std::string name = "unknown";         ///< "mbedTLS", "OpenSSL", "GnuTLS", "wolfSSL"; "unknown": none fits, or several
  std::vector<std::string> shown_by{};  ///< the answers that rule others out: "C3 was refused with alert 48, …"
  std::vector<std::string> possible{};  ///< the libraries that no answer rules out
  Json json() const;
};

/// Read from settled answers under the base of the rows; a client that judges after the handshake shows nothing.
Stack recognise(const Evidence& evidence);

}  // namespace epki::infer
