#pragma once
// A certificate profile: what a kind of certificate contains and what of it is accepted, from TOML in
// templates/profiles or a user's own file.

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::profile {

/// What kind of thing a profile describes.
enum class Kind : std::uint8_t {
  certificate,  ///< one kind of certificate, with defaults for making it
  modem,        ///< what a modem takes, whatever kind of certificate it is: limits alone
};

/// Which names a server certificate may carry.
enum class NameRule : std::uint8_t {
  any,
  pinned,  ///< only dNSNames that no public CA may certify: a reserved top-level name, one label, or an address as text
};

/// How a private key is written for the device.
enum class KeyForm : std::uint8_t {
  pkcs8,        ///< RFC 5958, "BEGIN PRIVATE KEY"
  traditional,  ///< PKCS#1 (RFC 8017) or SEC1 (RFC 5915), "BEGIN RSA PRIVATE KEY", "BEGIN EC PRIVATE KEY"
};

/// The table [accept]: what lint refuses beyond its own rules. An empty list or an absent value limits nothing.
struct Limits {
  std::vector<std::string> keys;                ///< key types by our words, "rsa-2048"; others are refused
  std::vector<std::string> digests;             ///< of signatures, "SHA256"
  std::optional<std::int64_t> intermediates{};  ///< the most between end-entity certificate and root
  std::optional<std::int64_t> chain_bytes{};    ///< of all certificates of a served chain, DER
  std::optional<std::int64_t> days{};           ///< the longest lifetime, from notBefore to notAfter
  std::optional<Instant> until{};               ///< the latest notAfter
  NameRule names = NameRule::any;
};

struct Profile {
  std::int64_t format = 1;  ///< version of the schema; there is one so far
  std::string name;
  std::string description;
  Kind kind = Kind::certificate;
  std::string key;                    ///< default key type: "rsa-2048" …; empty for a modem
  KeyForm key_form = KeyForm::pkcs8;  ///< of a key made together with the certificate
  std::chrono::days lifetime{};       ///< default; counted from now, not from notBefore
  std::chrono::days backdate{1};      ///< notBefore lies that far back, because modem clocks are wrong
  bool ca = false;
  std::optional<std::int64_t> path_length{};
  std::vector<std::string> key_usage_rsa;  ///< OpenSSL's words: "digitalSignature" …
  std::vector<std::string> key_usage_ec;
  std::vector<std::string> extended_key_usage;  ///< "serverAuth", "clientAuth" …; empty: no extension
  /// Names that certificates below this CA may carry, as name constraints: a host name with all below it, or an
  /// address. Empty: no such extension.
  std::vector<std::string> permitted_names;
  bool subject_alt_name = false;  ///< carries the names it is issued for
  std::string modem;              ///< the modem profile whose limits hold too; empty: none
  Limits accept;                  ///< the profile's own, and where it says nothing the modem's
};

/// Every key is documented in docs/profiles.md. Errc::input with file:line:column for unknown keys, missing ones
/// (format, name, and for certificates key, days, ca), unknown words, an unknown modem, and a set that cannot work: a
/// CA without keyCertSign, a leaf with it, a path length without CA, a default that the profile itself does not accept.
Result<Profile> load(const std::filesystem::path& file);
/// `name` stands for the file in messages.
Result<Profile> parse(std::string_view text, std::string_view name);

/// "root", "broker" …: compiled in from templates/profiles/*.toml at build time, so that an installed program needs no
/// data folder. Errc::input with the list of names when there is none of that name.
Result<Profile> built_in(std::string_view name);
std::vector<std::string_view> built_in_names();

/// What a command line names: a file where the text holds a slash or ends in .toml, else a built-in profile.
Result<Profile> find(std::string_view name_or_file);

/// Why this cannot be one of permitted_names; empty where it can.
std::string why_not_permitted_name(std::string_view text);
/// Whether name constraints that permit these names let a certificate carry this host name or address (RFC 5280,
/// 4.2.1.10: a host name permits itself and all below it, without regard to case). An empty list permits everything.
bool permits(const std::vector<std::string>& permitted_names, std::string_view host_or_address);

/// Every key of the schema, dotted, in the order of docs/profiles.md.
std::vector<std::string_view> schema_keys();

/// Whether no public CA may issue a certificate for this dNSName (CA/B Forum Baseline Requirements, 4.2.2 and 7.1.4.2):
/// it lies under a reserved top-level name (RFC 6761, 6762, 8375, 9476; .internal), is a single label, or is an
/// address.
bool is_pinned_name(std::string_view dns_name);

}  // namespace epki::profile
