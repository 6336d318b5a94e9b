#pragma once
// Bytes under a passphrase: CMS AuthEnvelopedData (RFC 5083) with AES-256-GCM (RFC 5084), the key from PBKDF2 (RFC
// 3211, RFC 8018). `openssl cms -decrypt -inform DER -pwri_password …` opens it too, should this program be gone.

#include <string>
#include <string_view>

#include "core/result.hpp"
#include "core/secret.hpp"

namespace epki::ossl {

/// PBKDF2 rounds with HMAC-SHA-1, the only one CMS in OpenSSL 3.0 writes; about half a second.
inline constexpr int envelope_rounds = 1000000;

/// DER. Blocks about half a second, and longer for many bytes. Errc::key for an empty passphrase.
Result<std::string> seal_envelope(std::string_view bytes, const Secret& passphrase);

/// Errc::key for a wrong passphrase, Errc::input for bytes that are no such envelope or were altered: not one byte of
/// the content is given out then. The caller wipes the result where it is secret.
Result<std::string> open_envelope(std::string_view der, const Secret& passphrase);

}  // namespace epki::ossl
