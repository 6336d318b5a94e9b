#pragma once
#include <array>
#include <cstddef>
#include <memory>
#include <span>
#include <string>

namespace epki::ossl {

/// SHA-256 (FIPS 180-4) of the bytes.
std::array<std::byte, 32> sha256(std::span<const std::byte> bytes);

/// The same as 64 lower-case hex digits.
std::string sha256_hex(std::span<const std::byte> bytes);

/// The same over bytes that come in pieces.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();
  void add(std::span<const std::byte> bytes);
  /// 64 lower-case hex digits. Ends the digest: add nothing afterwards.
  std::string hex();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace epki::ossl
