#include "pki/ossl/rare_key.hpp"

#include <openssl/evp.h>

#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

KeyHandle make_rare(std::string_view name) {
  if (name == "rsa-1024") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "RSA", std::size_t{1024}));
  if (name == "ec-p521") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "P-521"));
  if (name == "ec-secp256k1") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "EC", "secp256k1"));
  if (name == "ed25519") return KeyHandle(EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519"));
  return {};
}

}  // namespace

Result<PrivateKey> generate_rare(std::string_view name) {
  if (const auto usual = parse_key_type(name)) return PrivateKey::generate(*usual);
  ERR_clear_error();
  auto key = make_rare(name);
  if (key) return PrivateKey(std::make_shared<const PrivateKey::Impl>(PrivateKey::Impl{std::move(key)}));
  const auto reason = first_reason();
  if (!reason.empty()) return take_error(Errc::internal, "OpenSSL could not make an " + std::string(name) + " key");
  return Error{Errc::input, "there is no kind of key \"" + std::string(name) + "\"",
               "rsa-1024, rsa-2048 to rsa-4096, ec-p256, ec-p384, ec-p521, ec-secp256k1 or ed25519"};
}

}  // namespace epki::ossl
