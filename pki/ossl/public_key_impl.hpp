#pragma once
// For this room's own files: what a PublicKey holds.

#include "pki/ossl/handles.hpp"
#include "pki/ossl/public_key.hpp"

namespace epki::ossl {

struct PublicKey::Impl {
  KeyHandle handle;
};

/// Borrowed: valid as long as a copy of the value lives.
inline EVP_PKEY* native(const PublicKey& key) {
  return key.impl().handle.get();
}

}  // namespace epki::ossl
