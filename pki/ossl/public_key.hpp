#pragma once
// The public half of a key whose private half is elsewhere: what a certificate request carries.

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/result.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

class PublicKey {
 public:
  /// A subjectPublicKeyInfo (RFC 5280, 4.1.2.7). Errc::input when it is none or OpenSSL cannot use it: an EC point must
  /// be on its curve.
  static Result<PublicKey> from_der(std::span<const std::byte> spki);

  static PublicKey of(const PrivateKey& key);  ///< its public half

  std::vector<std::byte> der() const;                  ///< the subjectPublicKeyInfo, re-encoded
  std::string name() const;                            ///< "rsa-2048", "ec-p256", else OpenSSL's name
  std::optional<KeyType> type() const;                 ///< nothing for a key that is none of ours
  std::optional<std::uint64_t> rsa_exponent() const;   ///< nothing for other keys; 0 when it does not fit 64 bits
  bool matches(const Certificate& certificate) const;  ///< same public key

  struct Impl;
  explicit PublicKey(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}
  const Impl& impl() const { return *impl_; }  ///< for this room's own files

 private:
  std::shared_ptr<const Impl> impl_;
};

}  // namespace epki::ossl
