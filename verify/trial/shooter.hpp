#pragma once
// Tries one probe so often as is asked, and knows a worn modem, a hiccup of the network and an empty budget from an
// answer.

#include <string>
#include <vector>

#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"
#include "verify/trial/schedule.hpp"

namespace epki::trial {

class Shooter {
 public:
  Shooter(Bench& bench, infer::Evidence& evidence, const Limits& limits)
      : bench_(bench), evidence_(evidence), limits_(limits) {}

  /// One more answer for the probe. True: there is one more in the evidence. False: the budget is used up.
  Result<bool> once(Shot shot);
  /// So many more; stops quietly when the budget is used up.
  Status times(int n, Shot shot);

  /// The answers to a probe so far.
  std::vector<infer::Attempt> answers(const Shot& shot) const;
  /// All answers so far are this; false when there is none.
  bool all(const Shot& shot, infer::Outcome outcome, std::optional<int> alert = std::nullopt) const;
  bool spent() const { return limits_.budget > 0 && bench_.handshakes() >= limits_.budget; }

 private:
  Result<infer::Attempt> attempt(const Shot& shot);
  Result<bool> is_worn(const Shot& shot);
  bool worked(const infer::Bound& bound) const;
  bool name_may_work(const Shot& shot) const;  ///< something arrived by the same name, or it was not tried yet

  Bench& bench_;
  infer::Evidence& evidence_;
  Limits limits_;
  int turn_ = 0;
  int restarts_ = 0;
};

}  // namespace epki::trial
