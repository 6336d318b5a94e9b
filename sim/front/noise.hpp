#pragma once
// A bad line as a value: bytes go in, and come out dropped, with a bit wrong, or doubled.

#include <cstdint>
#include <string>
#include <string_view>

#include "sim/persona.hpp"

namespace epki::sim {

class Noise {
 public:
  explicit Noise(const ByteFaults& faults) : faults_(&faults) {}

  std::string pass(std::string_view bytes);
  /// One more fault, `ahead` bytes from here (1: the next byte).
  void strike(Mishap what, std::int64_t ahead);

 private:
  Mishap fate_of(std::int64_t position) const;
  const ByteFaults* faults_;
  std::int64_t passed_ = 0;
  std::int64_t struck_at_ = 0;
  Mishap strike_ = Mishap::none;
};

}  // namespace epki::sim
