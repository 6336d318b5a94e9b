#pragma once
// What befalls each command line: what the persona lists by number, and what its seed draws.

#include <cstdint>

#include "sim/persona.hpp"

namespace epki::sim {

/// The same sequence for the same seed, on every machine.
class Chance {
 public:
  explicit Chance(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 to `below` - 1.
  std::int64_t below(std::int64_t below) {
    return static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(below));
  }

 private:
  std::uint64_t state_;
};

class Mischief {
 public:
  explicit Mischief(const Faults& faults)
      : faults_(&faults),
        chance_(static_cast<std::uint64_t>(faults.seed)),
        urc_chance_(~static_cast<std::uint64_t>(faults.seed)) {}

  /// For the next command line.
  Mishap next_line();
  /// Of the next unsolicited line: it does not reach the host.
  bool loses_urc() {
    return faults_->urcs_lost_per_thousand > 0 && urc_chance_.below(1000) < faults_->urcs_lost_per_thousand;
  }
  std::int64_t lines() const { return lines_; }  ///< seen so far
  Chance& chance() { return chance_; }

 private:
  Mishap listed() const;
  Mishap drawn();
  const Faults* faults_;
  Chance chance_, urc_chance_;
  std::int64_t lines_ = 0, drawn_ = 0;
};

}  // namespace epki::sim
