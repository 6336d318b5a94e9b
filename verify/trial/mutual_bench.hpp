#pragma once
// A bench on which every attempt is made as a device with a certificate of its own makes it: seclevel 2, with a
// throw-away client certificate bound. What is asked, and what the evidence says was asked, stays the same.

#include "verify/trial/passing_bench.hpp"

namespace epki::trial {

class MutualBench final : public PassingBench<Bench> {
 public:
  using PassingBench::PassingBench;

  Result<infer::Attempt> attempt(const Shot& shot) override {
    Shot mutual = shot;
    mutual.settings.own_certificate = true;
    auto seen = all_.attempt(mutual);
    if (!seen) return seen;
    static_cast<infer::Probe&>(*seen) = shot;
    return seen;
  }
};

}  // namespace epki::trial
