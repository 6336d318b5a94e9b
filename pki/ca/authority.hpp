#pragma once
// The authority: mints what a project needs, from profiles. Its key comes in as a value and never leaves.

#include <cstdint>
#include <filesystem>
#include <functional>
#include <optional>
#include <span>
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

/// A self-signed root from the profile. Subject: O=<name>, CN="<name> root". notBefore lies the profile's backdate
/// before now, notAfter `lifetime` after now. Blocks while the key is made. Not yet recorded anywhere.
/// Errc::usage for a name that is empty, no UTF-8, holds control characters or is longer than 59 characters (with
/// " root" it must fit X.520's bound of 64), or spells "+++" in base64 wherever it stands, and for a lifetime outside 1
/// to 36500 days; Errc::input for a profile that is no CA's.
Result<Identity> mint_root(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                           std::chrono::days lifetime, World world);

/// Which root: their common names differ.
enum class RootRole : std::uint8_t {
  broker,   ///< "<name> root": what modems trust
  devices,  ///< "<name> device root"
  standby,  ///< "<name> standby root": the next one that modems trust
};

/// As mint_root, for a key that is there already: one in a token, as a rule.
Result<Identity> mint_root_of(const profile::Profile& profile, std::string_view name, RootRole role,
                              const ossl::PrivateKey& key, std::chrono::days lifetime, World world);

struct ServerNames {
  std::vector<std::string> hosts;  ///< dNSName; the first is also the CN. An address here counts as one of `ips` too
  std::vector<std::string> ips;    ///< iPAddress and, as text, dNSName too (mbedTLS 2.28 matches only the latter)
};

/// A server certificate under `issuer`, with subjectAltName, basicConstraints CA:FALSE, SKI and AKI, signed with
/// SHA-256. Names are kept as written; one that comes twice is taken once. Without a host the first address is the CN.
/// A first name longer than 64 bytes (X.520's bound for a CN) gets no CN: the subject is then empty and the
/// subjectAltName critical (RFC 5280, 4.1.2.6), which mbedTLS, OpenSSL, GnuTLS, wolfSSL and Botan all take.
/// Never outlives its issuer: notAfter is the issuer's where `lifetime` would go beyond.
/// Errc::usage for no name at all, names that are no host names or addresses, or a lifetime outside 1 to 36500 days;
/// Errc::key when the issuer's key is not its certificate's; Errc::input for an issuer that is no CA, has expired or is
/// not yet valid, and for a CA's profile.
Result<Identity> mint_server(const profile::Profile& profile, const ServerNames& names, ossl::KeyType key,
                             std::chrono::days lifetime, const Identity& issuer, World world);

/// What a CA is for. Server and device certificates come from unrelated roots: a stolen device key must never be able
/// to play the broker, whatever a modem makes of extended key usage.
enum class Purpose : std::uint8_t { server, client };

/// An issuing CA under `root`: subject O=<name>, CN="<name> issuing" or "<name> device issuing". Never outlives `root`.
/// Errors as mint_root and mint_server.
Result<Identity> mint_issuing(const profile::Profile& profile, std::string_view name, Purpose purpose,
                              ossl::KeyType key, std::chrono::days lifetime, const Identity& root, World world);

/// A root for device certificates: as mint_root, with CN="<name> device root".
Result<Identity> mint_device_root(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                                  std::chrono::days lifetime, World world);

/// Gives keys that were made before.
using NewKey = std::function<Result<ossl::PrivateKey>()>;

/// A device's client certificate under `issuer`, subject CN=<name>, which is its user name at the broker. The name must
/// be usable in a topic of its own: 1 to 64 characters, UTF-8, none of `/ + #`, no control character, no space at
/// either end, and not starting with `$` (MQTT 3.1.1, 4.7). `new_key` gives keys of this type;
/// empty: they are made now. Otherwise as mint_server.
Result<Identity> mint_client(const profile::Profile& profile, std::string_view name, ossl::KeyType key,
                             std::chrono::days lifetime, const Identity& issuer, World world,
                             const NewKey& new_key = {});

/// The project's twin: the root's subject, key type, size, version, extensions, dates, digest and length of serial
/// number; another key, whose private half is gone when this returns (docs/architecture.md, wrong-CA control). Its key
/// identifiers are those of its own key, as on a root that somebody else made under the same name. Blocks while the key
/// is made. Errc::input for a certificate that is not self-issued or whose key is of a type not made here.
Result<ossl::Certificate> mint_twin(const ossl::Certificate& root, World world);

/// The row the ledger keeps for a certificate.
ledger::IssuedCertificate ledger_row(const ossl::Certificate& certificate, std::string_view kind,
                                     std::string_view name);

/// 16 random bytes (or `size`), positive and never zero in front (RFC 5280, 4.1.2.2).
std::vector<std::byte> random_serial(RandomSource& random, std::size_t size = 16);

/// The same of random bytes that are there: one at least.
std::vector<std::byte> serial_of(std::span<const std::byte> bytes);

/// Whether the text can be a dNSName we issue: LDH labels of at most 63 octets, at most 253 in all, the last one not
/// all digits (RFC 1123, 2.1: else it could not be told from an address); a leading "*." label is allowed before at
/// least one more.
bool is_host_name(std::string_view text);
/// IPv4 in four decimal parts, or IPv6 (RFC 4291, 2.2) without a zone.
bool is_ip_address(std::string_view text);

}  // namespace epki::ca
