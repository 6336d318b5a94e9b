#pragma once
// Key pairs. No OpenSSL type leaves this room: other rooms see values.

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki::ossl {

class Certificate;

enum class KeyType : std::uint8_t { rsa_2048, rsa_3072, rsa_4096, ec_p256, ec_p384 };

std::string_view word(KeyType type);  ///< "rsa-2048" … "ec-p384", as the command line spells them
std::optional<KeyType> parse_key_type(std::string_view text);
inline bool is_rsa(KeyType type) {
  return type <= KeyType::rsa_4096;
}

/// A private key and its public half. Copies share one immutable key; the memory is wiped when the last one goes.
class PrivateKey {
 public:
  /// Blocks for up to a few seconds with RSA-4096.
  static Result<PrivateKey> generate(KeyType type);

  /// Reads PKCS#8 (plain or encrypted), PKCS#1 or SEC1 PEM. `passphrase` null: an encrypted key fails. Errc::key for a
  /// missing or wrong passphrase and for what is no key; the sentence says which. Never prompts.
  static Result<PrivateKey> from_pem(std::string_view pem, const Secret* passphrase);
  static bool is_encrypted(std::string_view pem);

  Result<Secret> to_pem() const;  ///< PKCS#8, not encrypted
  /// PKCS#8 PBES2 with AES-256-CBC and scrypt (N 2^15, r 8, p 1: 32 MiB, RFC 7914).
  Result<std::string> to_encrypted_pem(const Secret& passphrase) const;

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
