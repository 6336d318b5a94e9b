#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "pki/ossl/key.hpp"
#include "pki/ossl/public_key.hpp"

namespace epki::ossl {

/// Verifies a detached signature over `message` as `openssl dgst -sha256 -sign` (RSA PKCS#1 v1.5, ECDSA) or
/// `openssl pkeyutl -sign -rawin` (Ed25519) makes it. `public_key_pem` is a PEM "PUBLIC KEY" or a certificate.
/// Errc::key when it is neither, or when the signature does not verify.
Status verify_detached(std::string_view public_key_pem, std::string_view message, std::string_view signature);

Status verify_detached(const PublicKey& key, std::string_view message, std::string_view signature);

/// Such a signature, by a key in memory or in a token. Errc::key when the key cannot sign.
Result<std::string> sign_detached(const PrivateKey& key, std::string_view message);

/// A public key by itself, as PEM "PUBLIC KEY" (RFC 7468, 13).
std::string public_pem(const PrivateKey& key);
/// SHA-256 of its SubjectPublicKeyInfo (RFC 5280, 4.1.2.7), 64 hex digits: what a receiver pins. Takes what
/// verify_detached() takes. Errc::key when it is neither.
Result<std::string> public_fingerprint(std::string_view public_key_pem);

}  // namespace epki::ossl
