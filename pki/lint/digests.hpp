#pragma once
// For this room's own files: digests of signatures, by OpenSSL's short names.

#include <string_view>

namespace epki::lint {

/// Collisions are known, or the digest is too short to rule them out.
inline bool is_weak(std::string_view digest) {
  return digest == "SHA1" || digest == "MD5" || digest == "MD5-SHA1" || digest == "MD4" || digest == "MD2" ||
         digest == "RIPEMD160" || digest == "MDC2";
}

inline bool is_usual(std::string_view digest) {
  return digest == "SHA256" || digest == "SHA384" || digest == "SHA512";
}

}  // namespace epki::lint
