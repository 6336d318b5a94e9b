#pragma once
#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// PKCS#12 (RFC 7292) with key, certificate and the CAs above it: AES-256-CBC under PBKDF2 with HMAC-SHA256, 600,000
/// rounds, and a MAC with SHA-256: what Windows 10, Android 8, Java 12 and OpenSSL 1.1 read, and newer ones. `friendly`
/// is the name that key stores show. Errc::key for an empty passphrase, or a key that is not the certificate's.
Result<Secret> pkcs12(const Certificate& certificate, const PrivateKey& key, const Chain& above,
                      std::string_view friendly, const Secret& passphrase);

}  // namespace epki::ossl
