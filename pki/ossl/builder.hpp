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
#include "pki/ossl/public_key.hpp"

namespace epki::ossl {

/// One extension: `name` is OpenSSL's short name or a dotted OID, `value` its configuration syntax
/// ("critical" is a flag here, not part of the value). With `der` set, those bytes are the extnValue content as is.
struct Extension {
  std::string name;
  std::string value;
  bool critical = false;
  std::optional<std::vector<std::byte>> der{};
};

/// One attribute of a name: {"CN", "broker.example"}, by OpenSSL's short name or a dotted OID. UTF8String, except for
/// the types that RFC 5280, appendix A fixes (C, serialNumber, dnQualifier, DC, emailAddress). Lengths are not checked.
using NameAttribute = std::pair<std::string, std::string>;
using Name = std::vector<NameAttribute>;

struct CertificateSpec {
  Name subject;
  std::vector<std::byte> serial;  ///< big-endian, positive; 16 bytes for our own (RFC 5280, 4.1.2.2 allows 20)
  Instant not_before;
  Instant not_after;  ///< encoded per RFC 5280, 4.1.2.5: UTCTime through 2049, else GeneralizedTime
  std::vector<Extension> extensions;
  int version = 3;  ///< 1 or 3; version 1 has no extensions (RFC 5280, 4.1.2.9), and asking for both is refused
  std::string digest = "SHA256";  ///< OpenSSL's digest name; Ed25519 and Ed448 sign without one
  /// With this set, the subject is this DER Name as it is, and `subject` is not looked at.
  std::optional<std::vector<std::byte>> subject_der{};
};

struct Issuer {
  /// The issuing certificate: its subject becomes the issuer name, byte for byte, and its SKI the AKI's key
  /// identifier. Nothing: the subject is also the issuer; `key` is the subject's own if it is to be self-signed.
  std::optional<Certificate> certificate{};
  PrivateKey key;
};

/// Builds and signs. Extensions keep their order, and the same one may come twice. `subjectKeyIdentifier` "hash" and
/// `authorityKeyIdentifier` "keyid" are understood; "keyid" under an issuer without SKI is refused rather than written
/// empty, and a self-signed certificate that wants both must list the SKI first. That `issuer.key` belongs to
/// `issuer.certificate` is not checked: the defective ones need it so.
/// Errc::internal when OpenSSL refuses a value; the sentence names the extension or field.
Result<Certificate> build(const CertificateSpec& spec, const PrivateKey& subject_key, const Issuer& issuer);

/// The same for a key whose private half is elsewhere: a request's.
Result<Certificate> build(const CertificateSpec& spec, const PublicKey& subject_key, const Issuer& issuer);

/// The extensions of a certificate as they are encoded: dotted OID, critical flag and `der`. For a twin of it.
std::vector<Extension> extensions_of(const Certificate& certificate);

/// The same certificate with the lowest bit of its signature's last byte flipped: names, keys and identifiers stay.
Result<Certificate> with_flipped_signature_bit(const Certificate& certificate);

}  // namespace epki::ossl
