#pragma once
// Everything a rule may ask of a certificate, read once from its DER. Unlike Certificate, which refuses what nobody
// could use, this also describes what is wrong: that is what it is for. Values only; no signature is checked here.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::ossl {

class Certificate;

struct TimeFacts {
  enum class Form : std::uint8_t { utc_time, generalized_time };
  Form form = Form::utc_time;
  std::string text;              ///< as encoded: "261122154600Z"
  std::optional<Instant> at{};   ///< nothing when it is no date
  bool restricted_form = false;  ///< seconds and Z, no fraction and no offset (RFC 5280, 4.1.2.5.1 and .2)
};

struct ExtensionFacts {
  std::string oid;   ///< dotted
  std::string name;  ///< OpenSSL's short name, else the OID
  bool critical = false;
  bool readable = false;  ///< its content parses to the last byte; always true for a type OpenSSL does not know
};

struct BasicConstraintsFacts {
  bool ca = false;
  std::optional<std::int64_t> path_length{};  ///< negative or beyond 2^31 comes out as -1
};

/// The bits of keyUsage, RFC 5280, 4.2.1.3.
enum class Usage : std::uint16_t {
  digital_signature = 1U << 0U,
  non_repudiation = 1U << 1U,
  key_encipherment = 1U << 2U,
  data_encipherment = 1U << 3U,
  key_agreement = 1U << 4U,
  key_cert_sign = 1U << 5U,
  crl_sign = 1U << 6U,
  encipher_only = 1U << 7U,
  decipher_only = 1U << 8U,
};

struct AlternativeName {
  enum class Kind : std::uint8_t { dns, ip, email, uri, directory, other };
  Kind kind = Kind::other;
  std::string text;  ///< dNSName, rfc822Name and URI as encoded, any byte; an address as text, "#hex" of a wrong length
};

struct KeyFacts {
  enum class Kind : std::uint8_t { rsa, ec, other };
  Kind kind = Kind::other;
  std::string name;                         ///< "rsa-2048", "ec-p256", "secp521r1", "ED25519", else the algorithm's OID
  int bits = 0;                             ///< RSA modulus, EC field; 0 where it is not known
  bool sound = false;                       ///< OpenSSL can use it: for EC, the point is on the curve
  bool named_curve = true;                  ///< EC: given by name (RFC 5480, 2.1.1), not by its parameters
  bool compressed = false;                  ///< EC: the point is (RFC 5480, 2.2)
  std::optional<std::uint64_t> exponent{};  ///< RSA; nothing when it does not fit 64 bits
  std::vector<std::byte> spki;  ///< subjectPublicKeyInfo, DER: two certificates hold one key where it is equal
};

struct CertificateFacts {
  std::string sha256;
  int version = 1;  ///< as encoded, plus 1
  std::string serial;
  std::size_t serial_octets = 0;  ///< of the encoded INTEGER's content (RFC 5280, 4.1.2.2 allows 20)
  bool serial_positive = false;
  std::string subject, issuer;  ///< RFC 4514
  std::vector<std::byte> subject_der, issuer_der;
  bool subject_empty = false, issuer_empty = false;
  std::vector<std::string> common_names;
  TimeFacts not_before, not_after;
  KeyFacts key;
  std::string signature_algorithm;  ///< OpenSSL's long name: "sha256WithRSAEncryption"
  std::string digest;               ///< "SHA256"; empty when the algorithm names none
  bool signature_pss = false;
  bool algorithms_agree = false;  ///< RFC 5280, 4.1.1.2: inside and outside the signed part
  bool has_unique_ids = false;
  std::vector<ExtensionFacts> extensions;  ///< in their order, the same one twice when it is there twice
  std::optional<BasicConstraintsFacts> basic_constraints{};
  std::optional<std::uint16_t> key_usage{};
  std::optional<std::vector<std::string>> extended_key_usage{};  ///< short names, else OIDs
  std::optional<std::vector<AlternativeName>> alternative_names{};
  std::optional<std::string> subject_key_id{}, authority_key_id{};  ///< hex
  /// Why these bytes are not in the distinguished encoding (X.690, 8 to 11), with the offset; empty: they are.
  std::string not_der;

  const ExtensionFacts* extension(std::string_view name) const;  ///< the first of that short name, or null
  bool has_usage(Usage usage) const { return key_usage && (*key_usage & static_cast<std::uint16_t>(usage)) != 0; }
  bool self_issued() const { return subject_der == issuer_der; }
  /// Self-issued, and no key identifier says that another key signed it, as after a renewal of a CA's key.
  bool names_its_own_key() const {
    return self_issued() && (!authority_key_id || !subject_key_id || *authority_key_id == *subject_key_id);
  }
  bool is_ca() const { return basic_constraints && basic_constraints->ca; }
  std::vector<std::string> names(AlternativeName::Kind kind) const;
};

/// Errc::input when the bytes are no certificate, or something follows it. Takes well under 0.1 ms.
Result<CertificateFacts> certificate_facts(std::span<const std::byte> der);
/// The same of a certificate that has been parsed already.
CertificateFacts certificate_facts(const Certificate& certificate);

/// A Name (DER) without regard to case, repeated spaces and string type (RFC 5280, 7.1), to tell names that only look
/// different to some from names that are different. Nothing when the bytes are no Name.
std::optional<std::string> folded_name(std::span<const std::byte> name_der);

}  // namespace epki::ossl
