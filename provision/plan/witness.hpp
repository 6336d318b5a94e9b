#pragma once
// A TLS server of the line's own that asks every device for its certificate: one key, one device, proven. This room
// sends the modem there and reads what was seen; who listens is somebody else's business.

#include <string>

#include "core/clock.hpp"
#include "core/connect.hpp"
#include "core/result.hpp"
#include "ledger/certificates.hpp"

namespace epki::plan {

/// What one connection showed.
struct Shown {
  ledger::CertificateId id{};  ///< empty: the peer had no certificate
  std::string sha256{};        ///< of the certificate's DER
  std::string key_sha256{};    ///< of its subjectPublicKeyInfo
  std::string problem{};       ///< why it is not to be believed; empty: it holds under the devices' CA
};

class Witness {
 public:
  virtual ~Witness() = default;
  /// What the modem dials. The name stands in the witness's certificate, which ends at the CA that the modem trusts.
  virtual HostPort place() const = 0;
  /// A client id for one connection, at most 23 characters (MQTT 3.1.1, 3.1.3.1), which nobody can guess: whoever comes
  /// with it was told over this device's own AT port.
  virtual std::string expect() = 0;
  /// What the connection with this id showed. Blocks until it came, or `by`: Errc::network then. Errc::interrupted on
  /// cancel. The id is forgotten.
  virtual Result<Shown> shown(const std::string& client_id, Deadline by) = 0;
};

}  // namespace epki::plan
