#pragma once
// A bench whose anchors are some of another's: what the schedule counts from 0 on are the chosen ones.

#include <utility>
#include <vector>

#include "verify/trial/passing_bench.hpp"

namespace epki::trial {

class SelectedBench final : public PassingBench<Bench> {
 public:
  SelectedBench(Bench& all, std::vector<int> chosen) : PassingBench(all), chosen_(std::move(chosen)) {}

  Result<infer::Attempt> attempt(const Shot& shot) override {
    Shot mapped = shot;
    mapped.anchor = of(shot.anchor);
    mapped.bound = of(shot.bound);
    auto seen = all_.attempt(mapped);
    if (!seen) return seen;
    static_cast<infer::Probe&>(*seen) = shot;
    return seen;
  }
  Status forget(const infer::Bound& bound) override { return all_.forget(of(bound)); }

 private:
  int of(int anchor) const { return anchor < 0 ? anchor : chosen_[static_cast<std::size_t>(anchor)]; }
  infer::Bound of(infer::Bound bound) const {
    bound.anchor = of(bound.anchor);
    return bound;
  }
  std::vector<int> chosen_;
};

}  // namespace epki::trial
