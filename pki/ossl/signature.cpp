#include "pki/ossl/signature.hpp"

#include <openssl/pem.h>

#include <memory>

#include "pki/ossl/digest.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/public_key_impl.hpp"

namespace epki::ossl {

namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

const unsigned char* octets(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

KeyHandle public_key(std::string_view pem) {
  const auto plain = reading(pem);
  if (!plain) return nullptr;
  if (KeyHandle key{PEM_read_bio_PUBKEY(plain.get(), nullptr, nullptr, nullptr)}) return key;
  const auto again = reading(pem);
  const CertificateHandle certificate{PEM_read_bio_X509(again.get(), nullptr, nullptr, nullptr)};
  return KeyHandle{certificate ? X509_get_pubkey(certificate.get()) : nullptr};
}

// Ed25519 has a digest of its own (RFC 8032): none may be named.
const EVP_MD* digest_for(const EVP_PKEY* key) {
  const int type = EVP_PKEY_get_base_id(key);
  return type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448 ? nullptr : EVP_sha256();
}

Status verify(EVP_PKEY* key, std::string_view message, std::string_view signature) {
  ERR_clear_error();  // the first of two ways to read the key may have failed
  const DigestContext context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest_for(key), nullptr, key) != 1)
    return take_error(Errc::key, "this key cannot verify a signature", "use an RSA, EC or Ed25519 key");
  if (EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) != 1)
    return take_error(Errc::key, "the signature does not belong to this text and this key",
                      "check that the key, the signature and the file belong together");
  return success();
}

}  // namespace

Result<std::string> sign_detached(const PrivateKey& key, std::string_view message) {
  ERR_clear_error();
  EVP_PKEY* native_key = native(key);
  const DigestContext context{EVP_MD_CTX_new()};
  std::size_t size = 0;
  if (!context || EVP_DigestSignInit(context.get(), nullptr, digest_for(native_key), nullptr, native_key) != 1 ||
      EVP_DigestSign(context.get(), nullptr, &size, octets(message), message.size()) != 1)
    return take_error(Errc::key, "this key cannot sign", "use an RSA, EC or Ed25519 key");
  std::string signature(size, '\0');
  if (EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size, octets(message),
                     message.size()) != 1)
    return take_error(Errc::key, "this key cannot sign", "use an RSA, EC or Ed25519 key");
  signature.resize(size);
  return signature;
}

Status verify_detached(const PublicKey& key, std::string_view message, std::string_view signature) {
  return verify(native(key), message, signature);
}

Status verify_detached(std::string_view public_key_pem, std::string_view message, std::string_view signature) {
  const auto key = public_key(public_key_pem);
  if (!key)
    return take_error(Errc::key, "that is no public key",
                      "give a PEM file with a public key or a certificate: openssl pkey -in KEY -pubout");
  return verify(key.get(), message, signature);
}

std::string public_pem(const PrivateKey& key) {
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_PUBKEY(out.get(), native(key)) != 1) return {};
  std::string text(BIO_ctrl_pending(out.get()), '\0');
  const int read = BIO_read(out.get(), text.data(), static_cast<int>(text.size()));
  text.resize(read > 0 ? static_cast<std::size_t>(read) : 0);
  return text;
}

Result<std::string> public_fingerprint(std::string_view public_key_pem) {
  const auto key = public_key(public_key_pem);
  if (!key)
    return take_error(Errc::key, "that is no public key",
                      "give a PEM file with a public key or a certificate: openssl pkey -in KEY -pubout");
  unsigned char* der = nullptr;
  const int size = i2d_PUBKEY(key.get(), &der);
  if (size <= 0) return take_error(Errc::key, "the public key cannot be written");
  const auto hex = sha256_hex(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  return hex;
}

}  // namespace epki::ossl
