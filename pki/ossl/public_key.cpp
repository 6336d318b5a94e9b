#include "pki/ossl/public_key.hpp"

#include <openssl/core_names.h>

#include <limits>

#include "pki/ossl/impl.hpp"
#include "pki/ossl/public_key_impl.hpp"

namespace epki::ossl {

Result<PublicKey> PublicKey::from_der(std::span<const std::byte> spki) {
  ERR_clear_error();
  if (spki.empty() || spki.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{Errc::input, "the bytes are no public key"};
  const auto* at = reinterpret_cast<const unsigned char*>(spki.data());
  const auto* const end = at + spki.size();
  KeyHandle key(d2i_PUBKEY(nullptr, &at, static_cast<long>(spki.size())));
  if (!key || at != end) return take_error(Errc::input, "the bytes are no public key");
  return PublicKey(std::make_shared<const Impl>(Impl{std::move(key)}));
}

PublicKey PublicKey::of(const PrivateKey& key) {
  EVP_PKEY_up_ref(native(key));
  return PublicKey(std::make_shared<const Impl>(Impl{KeyHandle(native(key))}));
}

std::vector<std::byte> PublicKey::der() const {
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(impl_->handle.get(), &der);
  std::vector<std::byte> bytes;
  if (size > 0) {
    const auto all = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
    bytes.assign(all.begin(), all.end());
  }
  OPENSSL_free(der);
  ERR_clear_error();
  return bytes;
}

std::string PublicKey::name() const {
  return name_of(impl_->handle.get());
}

std::optional<KeyType> PublicKey::type() const {
  return parse_key_type(name());
}

std::optional<std::uint64_t> PublicKey::rsa_exponent() const {
  if (EVP_PKEY_is_a(impl_->handle.get(), "RSA") != 1) return std::nullopt;
  BIGNUM* read = nullptr;
  const bool got = EVP_PKEY_get_bn_param(impl_->handle.get(), OSSL_PKEY_PARAM_RSA_E, &read) == 1;
  const NumberHandle exponent(read);
  if (!got || BN_num_bits(exponent.get()) > 64) return 0;
  return BN_get_word(exponent.get());
}

bool PublicKey::matches(const Certificate& certificate) const {
  ERR_clear_error();
  const EVP_PKEY* other = X509_get0_pubkey(native(certificate));
  const bool same = other != nullptr && EVP_PKEY_eq(impl_->handle.get(), other) == 1;
  ERR_clear_error();
  return same;
}

}  // namespace epki::ossl
