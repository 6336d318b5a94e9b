#include "pki/ossl/signature.hpp"

#include <openssl/pem.h>

#include <memory>

#include "pki/ossl/handles.hpp"

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

}  // namespace

Status verify_detached(std::string_view public_key_pem, std::string_view message, std::string_view signature) {
  const auto key = public_key(public_key_pem);
  if (!key)
    return take_error(Errc::key, "that is no public key",
                      "give a PEM file with a public key or a certificate: openssl pkey -in KEY -pubout");
  ERR_clear_error();  // the first of two ways to read it may have failed
  // Ed25519 has a digest of its own (RFC 8032): none may be named.
  const int type = EVP_PKEY_get_base_id(key.get());
  const EVP_MD* digest = type == EVP_PKEY_ED25519 || type == EVP_PKEY_ED448 ? nullptr : EVP_sha256();
  const DigestContext context{EVP_MD_CTX_new()};
  if (!context || EVP_DigestVerifyInit(context.get(), nullptr, digest, nullptr, key.get()) != 1)
    return take_error(Errc::key, "this key cannot verify a signature", "use an RSA, EC or Ed25519 key");
  if (EVP_DigestVerify(context.get(), octets(signature), signature.size(), octets(message), message.size()) != 1)
    return take_error(Errc::key, "the signature does not belong to this text and this key",
                      "check that the key, the signature and the file belong together");
  return success();
}

}  // namespace epki::ossl
