#pragma once
// What a run asks beyond trust, where it is wanted: which certificates the firmware takes, and what switches a built-in
// store off.

#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/deck.hpp"
#include "verify/trial/modem_bench.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

struct ExtraParts {
  ModemBench& bench;
  Deck& deck;
  const std::vector<ec200u::SslKey>& keys;  ///< what this firmware names
  Reporter& reporter;
  RandomSource& random;
  Instant now;
  const std::vector<int>& chosen;  ///< by anchor of the evidence: its number in the deck; empty: they are the same
};

/// Each path's, by Setup::timing, Setup::mitigate and Setup::acceptance. `evidence`: one a path, of the questions of
/// trust. Fills in the report's timing, acceptance, acceptance_profile and mitigation.
Status ask_extras(const ExtraParts& parts, const Setup& setup, const std::vector<infer::Evidence>& evidence,
                  Report& report);

}  // namespace epki::trial
