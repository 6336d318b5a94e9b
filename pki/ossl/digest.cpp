#include "pki/ossl/digest.hpp"

#include <stdexcept>

#include "core/text.hpp"
#include "pki/ossl/handles.hpp"

namespace epki::ossl {

namespace {

using DigestContext = std::unique_ptr<EVP_MD_CTX, Freed<EVP_MD_CTX_free>>;

// A broken installation; no input does it.
[[noreturn]] void no_sha256() {
  throw std::runtime_error("this machine's OpenSSL offers no SHA-256");
}

}  // namespace

std::array<std::byte, 32> sha256(std::span<const std::byte> bytes) {
  // Looking the digest up costs more than hashing a certificate: once a thread.
  thread_local const DigestHandle algorithm(EVP_MD_fetch(nullptr, "SHA256", nullptr));
  thread_local const DigestContext context(EVP_MD_CTX_new());
  std::array<std::byte, 32> digest{};
  unsigned size = 0;
  auto* into = reinterpret_cast<unsigned char*>(digest.data());
  if (!algorithm || !context || EVP_DigestInit_ex2(context.get(), algorithm.get(), nullptr) != 1 ||
      EVP_DigestUpdate(context.get(), bytes.data(), bytes.size()) != 1 ||
      EVP_DigestFinal_ex(context.get(), into, &size) != 1 || size != digest.size())
    no_sha256();
  return digest;
}

std::string sha256_hex(std::span<const std::byte> bytes) {
  return to_hex(sha256(bytes));
}

struct Sha256::State {
  DigestContext context{EVP_MD_CTX_new()};
};

Sha256::Sha256() : state_(std::make_unique<State>()) {
  if (!state_->context || EVP_DigestInit_ex(state_->context.get(), EVP_sha256(), nullptr) != 1) no_sha256();
}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::add(std::span<const std::byte> bytes) {
  if (EVP_DigestUpdate(state_->context.get(), bytes.data(), bytes.size()) != 1) no_sha256();
}

std::string Sha256::hex() {
  std::array<std::byte, 32> digest{};
  unsigned size = 0;
  if (EVP_DigestFinal_ex(state_->context.get(), reinterpret_cast<unsigned char*>(digest.data()), &size) != 1)
    no_sha256();
  return to_hex(digest);
}

}  // namespace epki::ossl
