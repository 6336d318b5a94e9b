#pragma once
// What the observer must know of a leaf's key to imitate a server that holds it.

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>

namespace epki::probe {

struct LeafKey {
  enum class Kind : std::uint8_t { rsa, ecdsa, ed25519 };
  Kind kind = Kind::rsa;
  std::size_t bytes = 0;  ///< of the modulus, or of a coordinate: what the size of a signature follows from
};

/// Reads the subjectPublicKeyInfo of a certificate (RFC 5280, 4.1; RFC 3279, 2.3; RFC 5480; RFC 8410). Nothing for a
/// key that no TLS 1.2 server can sign with, or that cannot be read.
std::optional<LeafKey> leaf_key(std::span<const std::byte> certificate_der);

}  // namespace epki::probe
