#pragma once
// Tries one probe so often as is needed, and knows a worn modem, a hiccup of the network and an empty budget from an
// answer.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/infer/reading.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/schedule.hpp"

namespace epki::trial {

class Shooter {
 public:
  Shooter(Bench& bench, infer::Evidence& evidence, const Limits& limits, Path path)
      : bench_(bench), evidence_(evidence), limits_(limits), path_(path) {}

  /// One more answer for the probe, unless it is settled with `least` equal ones or was tried as often as it may be.
  Status step(const infer::Probe& probe, int least);
  /// Steps until there is nothing more to do for it, or the budget is used up.
  Status settle(const infer::Probe& probe, int least);

  infer::Reading reading(const infer::Probe& probe, int least = 1) const {
    return infer::answer_to(evidence_, probe, least);
  }
  bool is_done(const infer::Probe& probe, int least) const;
  /// True, and the evidence says so, when the budget leaves no further attempt.
  bool spent();

 private:
  bool budget_is_used() const { return limits_.budget > 0 && bench_.handshakes() >= limits_.budget; }
  Status once(const infer::Probe& probe);
  Result<infer::Attempt> attempt(const Shot& shot);
  Result<infer::Attempt> attempt_where_nothing_goes_out(const Shot& shot, infer::Attempt seen);
  Result<bool> is_worn(const Shot& shot);
  void keep(const infer::Attempt& seen, const Shot& shot);
  bool worked(const infer::Bound& bound) const;
  bool nothing_arrives() const;                ///< for so long that the line, or the modem, is given up
  bool name_may_work(const Shot& shot) const;  ///< something arrived by the same name, or it was not tried yet

  Bench& bench_;
  infer::Evidence& evidence_;
  Limits limits_;
  Path path_;
  int turn_ = 0;
  int restarts_ = 0;
};

}  // namespace epki::trial
