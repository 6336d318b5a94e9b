#pragma once
// New key pairs as encodings, for those who make thousands: an EC pair costs a few microseconds here, where
// EVP_EC_gen and the library's encoders together take some 300.

#include <cstddef>
#include <memory>
#include <span>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

struct FreshKey {
  std::vector<std::byte> public_key;  ///< SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), DER
  Secret pem;                         ///< PKCS#8 (RFC 5958), one PEM block, not encrypted
};

/// Makes key pairs of one type. One thread at a time; each thread has its own.
class KeyMaker {
 public:
  static Result<KeyMaker> make(KeyType type);
  KeyMaker(KeyMaker&&) noexcept;
  KeyMaker& operator=(KeyMaker&&) noexcept;
  ~KeyMaker();

  /// EC: about 15 microseconds. RSA: as PrivateKey::generate. Errc::internal when OpenSSL cannot.
  Result<FreshKey> next();

 private:
  struct Impl;
  explicit KeyMaker(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::ossl
