#pragma once
#include <random>

#include "core/random.hpp"

namespace epki::probe {

/// The same bytes in every run.
class SeededRandom final : public RandomSource {
 public:
  void fill(std::span<std::byte> bytes) override {
    for (auto& b : bytes) b = static_cast<std::byte>(engine_() & 0xffU);
  }

 private:
  std::mt19937 engine_{20261122};
};

}  // namespace epki::probe
