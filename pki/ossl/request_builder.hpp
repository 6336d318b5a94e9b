#pragma once
#include <string>

#include "core/result.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// A certificate request (PKCS#10, RFC 2986) as PEM: this subject and the key's public half, signed with the key and
/// SHA-256, no wishes. Errc::internal when OpenSSL refuses an attribute, Errc::key when the key cannot sign.
Result<std::string> write_request(const Name& subject, const PrivateKey& key);

}  // namespace epki::ossl
