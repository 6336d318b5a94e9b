#pragma once
// Keys that no certificate of ours has: for the trust cases, which show a client what it should mind.

#include <string_view>

#include "core/result.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// "rsa-1024", "ec-p521", "ec-secp256k1", "ed25519", or any of KeyType's words. Errc::input for another word.
/// Blocks as PrivateKey::generate() does.
Result<PrivateKey> generate_rare(std::string_view name);

}  // namespace epki::ossl
