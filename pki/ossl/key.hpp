#pragma once
// Key pairs. No OpenSSL type leaves this room: other rooms see values.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki::ossl {

class Certificate;

enum class KeyType : std::uint8_t { rsa_2048, rsa_3072, rsa_4096, ec_p256, ec_p384 };

std::string_view word(KeyType type);  ///< "rsa-2048" … "ec-p384", as the command line spells them
std::optional<KeyType> parse_key_type(std::string_view text);
inline constexpr std::string_view key_type_hint = "use rsa-2048, rsa-3072, rsa-4096, ec-p256 or ec-p384";
/// The same for what a person wrote; an Error of this code names it and the types there are.
Result<KeyType> key_type_named(std::string_view text, Errc code);
inline bool is_rsa(KeyType type) {
  return type <= KeyType::rsa_4096;
}

/// A private key and its public half. Copies share one immutable key; the memory is wiped when the last one goes.
class PrivateKey {
 public:
  /// A new key from OpenSSL's own generator. Blocks: well under a second as a rule, a few seconds with RSA-4096.
  /// Errc::internal when OpenSSL cannot.
  static Result<PrivateKey> generate(KeyType type);

  /// Reads PKCS#8 (plain or encrypted), PKCS#1 or SEC1 PEM. `passphrase` null: an encrypted key fails; a passphrase
  /// that is not needed is ignored. Errc::key for a missing or wrong passphrase and for what is no key; the sentence
  /// says which. Never prompts. A damaged ciphertext looks like a wrong passphrase.
  static Result<PrivateKey> from_pem(std::string_view pem, const Secret* passphrase);
  /// Whether from_pem() would need a passphrase. Looks at the text only: true does not mean that it is sound.
  static bool is_encrypted(std::string_view pem);

  Result<Secret> to_pem() const;  ///< PKCS#8, not encrypted
  /// PKCS#1 for RSA (RFC 8017, A.1.2), SEC1 for elliptic curves (RFC 5915), not encrypted: what older TLS stacks read.
  Result<Secret> to_traditional_pem() const;
  /// The same two, encrypted for a TLS stack of the mbedTLS 2.28 kind: PKCS#8 PBES2 with PBKDF2-HMAC-SHA-256 and
  /// 3DES-CBC (RFC 8018; it reads no AES there), the older forms with AES-256-CBC (RFC 1421 headers). Their key
  /// derivation is quick to guess through: the password must be long. Errc::key as to_encrypted_pem().
  Result<Secret> to_pem_under(const Secret& password) const;
  Result<Secret> to_traditional_pem_under(const Secret& password) const;
  /// PKCS#8 PBES2 (RFC 8018) with AES-256-CBC and scrypt (RFC 7914) at N 2^14, r 8, p 5: 16 MiB and about a quarter
  /// of a second. More memory is not to be had: OpenSSL 3.0 refuses to read N 2^15, and so would a broker; p makes up
  /// for it. Errc::key for an empty passphrase or one longer than max_passphrase.
  Result<std::string> to_encrypted_pem(const Secret& passphrase) const;
  static constexpr std::size_t max_passphrase = 1024;  ///< bytes; what OpenSSL's programs read

  /// Its public half as SubjectPublicKeyInfo (RFC 5280, 4.1.2.7).
  std::vector<std::byte> public_der() const;
  /// Nothing for a key that is none of ours (from_pem may read others).
  std::optional<KeyType> type() const;
  bool matches(const Certificate& certificate) const;  ///< same public key

  struct Impl;
  explicit PrivateKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }  ///< for this room's own files

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace epki::ossl
