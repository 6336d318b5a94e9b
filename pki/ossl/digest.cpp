#include "pki/ossl/digest.hpp"

#include <stdexcept>

#include "core/text.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) {
  std::array<std::byte, 32> digest{};
  std::size_t size = 0;
  auto* into = reinterpret_cast<unsigned char*>(digest.data());
  if (EVP_Q_digest(nullptr, "SHA256", nullptr, bytes.data(), bytes.size(), into, &size) != 1 || size != digest.size())
    throw std::runtime_error("this machine's OpenSSL offers no SHA-256");  // a broken installation, no input does it
  return digest;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  return to_hex(sha256(bytes));
}

}  // namespace epki::ossl
