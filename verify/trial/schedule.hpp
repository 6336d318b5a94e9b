#pragma once
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

struct Limits {
  int repeat = 3;
  int budget = 0;  ///< the most opens; 0: no limit
};

/// Tries the probes in the order of docs/verify.md: the decisive replay straight after a reboot, then the controls in
/// turn with it, each root's positive control, nothing bound, the other rows, and the replay again after a second
/// reboot. Stops early where the controls decide. Errors of the bench end it; whatever the peer does is evidence.
Result<infer::Evidence> run_schedule(Bench& bench, std::vector<infer::Anchor> anchors, const Limits& limits,
                                     Reporter& reporter);

}  // namespace epki::trial
