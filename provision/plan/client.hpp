#pragma once
// The device's own certificate, for a broker that wants one. The key is made by whoever issues, in memory; it goes to
// the modem and is wiped. This room knows no authority: it asks through a function.

#include <functional>
#include <optional>
#include <string>

#include "core/json.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "ledger/certificates.hpp"
#include "ledger/ledger.hpp"
#include "provision/ec200u/modem.hpp"

namespace epki::plan {

/// Fresh from the authority, known to nobody else yet.
struct IssuedClient {
  std::string certificate_pem;    ///< leaf first, then what stands between it and the broker's anchor
  Secret key_pem;                 ///< in the form the profile says
  ledger::IssuedCertificate row;  ///< not recorded: this room does that, after its journal
  bool key_encrypted = false;     ///< under Wanted::key_password
};

/// Makes a key and a certificate for a device under this name. May ask for a passphrase. Called once for a device that
/// needs one, and never in a dry run.
using IssueClient = std::function<Result<IssuedClient>(const std::string& name, const ec200u::Identity& device)>;

/// Where the name in a device's certificate comes from, which is its user name at the broker.
enum class NameFrom : std::uint8_t {
  imei,
  serial,  ///< the product's serial number: given, or what the modem tells (27.007, +CGSN=0)
  uuid,    ///< random (RFC 9562, version 4), made once for a device
};
std::optional<NameFrom> parse_name_from(std::string_view word);

/// A file of this identity, as it lies on the modem.
struct ClientFile {
  std::string name{};
  std::size_t size = 0;
  std::string sha256{};
};

/// A device's certificate and the two files that hold it and its key: what the ledger keeps of an installation.
struct ClientIdentity {
  std::string name{};          ///< CN
  ledger::CertificateId id{};  ///< issuer and serial
  std::string sha256{};        ///< of the certificate
  Instant not_after{};
  ClientFile certificate{}, key{};
  bool key_encrypted = false;

  Json json() const;
  static std::optional<ClientIdentity> from(const Json& detail);
};

}  // namespace epki::plan
