#pragma once
// Outcomes -> classes still possible -> verdict, and the sentence that says why (docs/verify.md has the table).

#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"
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
  /// Something was seen, and it does not fit together: an older verdict must not stand beside it.
  bool contradictory = false;
};

/// Pure and total: any evidence has a conclusion. Never `uploaded` without a genuine chain that was refused under U,
/// passed under its own root, and whose controls answered; never `detected` without the same controls.
Conclusion conclude(const Evidence& evidence);

}  // namespace epki::infer
