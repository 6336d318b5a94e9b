#pragma once
#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

struct Limits {
  int repeat = 3;
  int budget = 0;    ///< the most opens, of all paths together; 0: no limit
  bool rows = true;  ///< false: after the questions of trust only whether names are checked
};

/// Tries the probes in the order of docs/trust-verdicts.md, on all paths in step: the decisive replays straight after a
/// reboot, then the controls in turn with them, each root's positive control, a second reboot, nothing bound where that
/// still tells classes apart, the replays again, and the other rows, the probe that splits most first. Nothing is asked
/// whose answer is known. With a budget every question of trust is asked once before any is repeated, and the rows come
/// last. Errors of the bench end it; whatever the peer does is evidence. One evidence for each path, in the order
/// given.
Result<std::vector<infer::Evidence>> run_schedule(Bench& bench, const std::vector<infer::Anchor>& anchors,
                                                  const std::vector<Path>& paths, const Limits& limits,
                                                  Reporter& reporter);

}  // namespace epki::trial
