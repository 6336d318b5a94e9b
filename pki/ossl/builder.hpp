#pragma once
// The raw certificate builder: signs whatever it is told, right or wrong. Production certificates reach it through
// pki/ca (profile and lint first); deliberately defective ones are made by verify/probe, from throw-away keys only.

#include <cstddef>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// One extension: `name` is OpenSSL's short name or a dotted OID, `value` its configuration syntax
/// ("critical" is a flag here, not part of the value). With `der` set, those bytes are the extnValue content as is.
struct Extension {
  std::string name;
  std::string value;
  bool critical = false;
  std::optional<std::vector<std::byte>> der{};
};

/// One attribute of a name: {"CN", "broker.example"}. UTF8String.
using NameAttribute = std::pair<std::string, std::string>;
using Name = std::vector<NameAttribute>;

struct CertificateSpec {
  Name subject;
  std::vector<std::byte> serial;  ///< big-endian, positive; 16 bytes for our own (RFC 5280, 4.1.2.2 allows 20)
  Instant not_before;
  Instant not_after;  ///< encoded per RFC 5280, 4.1.2.5: UTCTime through 2049, else GeneralizedTime
  std::vector<Extension> extensions;
  int version = 3;
  std::string digest = "SHA256";  ///< OpenSSL's digest name
};

struct Issuer {
  /// The issuing certificate: its subject becomes the issuer name, its key identifier the AKI. Nothing: self-signed.
  std::optional<Certificate> certificate{};
  PrivateKey key;
};

/// Builds and signs. `subjectKeyIdentifier` "hash" and `authorityKeyIdentifier` "keyid" are understood in
/// extensions. Errc::internal when OpenSSL refuses a value; the sentence names the extension.
Result<Certificate> build(const CertificateSpec& spec, const PrivateKey& subject_key, const Issuer& issuer);

/// The same certificate with the lowest bit of its signature's last byte flipped: names, keys and identifiers stay.
Result<Certificate> with_flipped_signature_bit(const Certificate& certificate);

}  // namespace epki::ossl
