#pragma once
#include <cstddef>
#include <span>

namespace epki {

/// Where serial numbers, nonces and the like come from. Keys are made by the crypto library's own generator.
class RandomSource {
 public:
  virtual ~RandomSource() = default;
  virtual void fill(std::span<std::byte> bytes) = 0;
};

/// The kernel's generator (getrandom). Constructed by cli only.
class SystemRandom final : public RandomSource {
 public:
  void fill(std::span<std::byte> bytes) override;
};

}  // namespace epki
