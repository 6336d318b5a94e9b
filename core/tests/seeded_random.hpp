#pragma once
// Randomness that tests can repeat.

#include <random>

#include "core/random.hpp"

namespace epki::test {

/// The same bytes in every run.
class SeededRandom : public RandomSource {
 public:
  explicit SeededRandom(std::mt19937::result_type seed) : engine_(seed) {}
  void fill(std::span<std::byte> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::byte>(engine_());
  }

 private:
  std::mt19937 engine_;
};

/// Steps of `step` from `first` steps on: what it gave can be told from the bytes.
class CountingRandom final : public RandomSource {
 public:
  explicit CountingRandom(unsigned first = 1, unsigned step = 1) : next_(first), step_(step) {}
  void fill(std::span<std::byte> bytes) override {
    for (auto& byte : bytes) byte = static_cast<std::byte>(next_++ * step_);
  }

 private:
  unsigned next_, step_;
};

}  // namespace epki::test
