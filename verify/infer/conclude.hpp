#pragma once
// Outcomes -> classes still possible -> verdict, and the sentence that says why (docs/verify.md has the table).

#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"
#include "verify/infer/hypotheses.hpp"
#include "verify/infer/policy.hpp"

namespace epki::infer {

struct Conclusion {
  Class verdict = Class::inconclusive;
  Influence influence = Influence::inconclusive;
  std::string because{};          ///< sentences
  std::string next_step{};        ///< what would decide it; empty when it is decided
  std::vector<Class> possible{};  ///< classes that the outcomes leave; one when it is decided
  std::vector<int> found{};       ///< anchors that count though they are not bound
  std::vector<int> counted{};     ///< anchors whose positive control and own controls passed
  Policy policy = unknown_policy();
  std::vector<std::string> untried{};  ///< of `uploaded`: the forgeries (C4) that got no answer
  bool names_checked = false;          ///< a wrong name was refused under the run's own settings
  bool outside_the_model = false;      ///< no policy that the vocabulary has explains the answers
  /// Something was seen, and it does not fit together: an older verdict must not stand beside it.
  bool contradictory = false;
};

/// Pure and total: any evidence has a conclusion. Never `uploaded` without a genuine chain that was refused under U,
/// passed under its own root, and whose controls answered; never `detected` without the same controls; never a class
/// whose clients cannot give the answers that were seen.
Conclusion conclude(const Evidence& evidence);

/// Of each class that was rejected, the likeliest first; empty where none was concluded.
std::vector<Odds> odds_against(const Evidence& evidence, const Conclusion& conclusion);

/// "Odds against the other classes: union 10^5 to 1; …", for the same evidence; empty where no class was concluded.
std::string odds_sentence(const Evidence& evidence, const Conclusion& conclusion);

}  // namespace epki::infer
