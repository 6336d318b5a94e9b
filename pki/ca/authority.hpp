#pragma once
// The authority: mints what a project needs, from profiles. Its key comes in as a value and never leaves.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"
#include "pki/profile/profile.hpp"

namespace epki::ca {

struct Identity {
  ossl::Certificate certificate;
  ossl::PrivateKey key;
};

/// Who decides about time and numbers.
struct World {
  const Clock& clock;
  RandomSource& random;
};

/// A self-signed root from the profile. Subject: O=<name>, CN="<name> root". Not yet recorded anywhere.
Result<Identity> mint_root(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                           std::chrono::days lifetime, World world);

struct ServerNames {
  std::vector<std::string> hosts;  ///< dNSName; the first is also the CN
  std::vector<std::string> ips;    ///< iPAddress and, as text, dNSName too (mbedTLS 2.28 matches only the latter)
};

/// A server certificate under `issuer`. Refuses names that are no host names or addresses (Errc::usage).
Result<Identity> mint_server(const profile::Profile& profile, const ServerNames& names, ossl::KeyType key,
                             std::chrono::days lifetime, const Identity& issuer, World world);

/// The project's twin: the root's subject, key type, size, extensions and dates, another key, whose private half is
/// gone when this returns (DESIGN: wrong-CA control).
Result<ossl::Certificate> mint_twin(const ossl::Certificate& root, World world);

/// The row the ledger keeps for a certificate.
ledger::IssuedCertificate ledger_row(const ossl::Certificate& certificate, std::string_view kind,
                                     std::string_view name);

/// 16 random bytes, positive and never zero in front (RFC 5280, 4.1.2.2).
std::vector<std::byte> random_serial(RandomSource& random);

/// Whether the text can be a dNSName we issue: LDH labels, at most 253 octets; a leading "*." label is allowed.
bool is_host_name(std::string_view text);
bool is_ip_address(std::string_view text);

}  // namespace epki::ca
