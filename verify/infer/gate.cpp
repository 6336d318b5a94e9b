#include "verify/infer/gate.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "verify/infer/hypotheses.hpp"
#include "verify/infer/noise.hpp"

namespace epki::infer {

namespace {

/// "more than 10^12", "10^5"; below ten, in plain numbers.
std::string odds_words(double log10) {
  constexpr double beyond_use = 12;
  if (log10 >= beyond_use) return "more than 10^12 to 1";
  const auto power = static_cast<int>(log10);
  return (power < 1 ? std::string("less than 10") : "10^" + std::to_string(power)) + " to 1";
}

/// The best answer that there is without a verdict: the classes whose clients give every answer so far.
void keep_what_fits(Conclusion& result, const std::vector<Class>& fitting, const Evidence& evidence) {
  // A client that judges late, or whose store was not asked about, may be of any class that is left.
  if (std::find(fitting.begin(), fitting.end(), Class::inconclusive) != fitting.end()) return;
  auto left = result.possible;
  std::erase_if(left, [&](Class one) { return std::find(fitting.begin(), fitting.end(), one) == fitting.end(); });
  if (left.empty()) return;
  result.possible = left;
  if (evidence.ended_early.empty()) return;
  std::string names;
  for (const auto one : left) names += (names.empty() ? "" : ", ") + std::string(word(one));
  result.because += " The answers so far leave: " + names + ".";
}

}  // namespace

void check_against_the_model(Conclusion& result, const Evidence& evidence, bool plainly_unverified) {
  const bool is_named = result.verdict != Class::inconclusive;
  const auto fitting = classes_that_fit(evidence, result.counted);
  const bool fits = std::find(fitting.begin(), fitting.end(), result.verdict) != fitting.end();
  if (is_named && (fits || plainly_unverified)) return;
  if (!is_named && !fitting.empty() && !result.contradictory) {
    keep_what_fits(result, fitting, evidence);
    return;
  }
  result.outside_the_model = true;
  result.contradictory = true;
  result.because = "Outside the model: no policy of the vocabulary explains these answers together. " + result.because;
  if (is_named) {
    result.possible = every_class();
    result.next_step =
        "Look at the probes that disagree: trust on first use, exceptions for single hosts and a middlebox look like "
        "this. Run again after a power cycle, and through another network.";
  }
  result.verdict = Class::inconclusive;
  if (is_named) result.influence = Influence::inconclusive;
}

std::vector<Odds> odds_against(const Evidence& evidence, const Conclusion& conclusion) {
  if (conclusion.verdict == Class::inconclusive) return {};
  auto odds = odds_of(evidence, conclusion.counted);
  std::erase_if(
      odds, [&](const Odds& one) { return one.against == conclusion.verdict || one.against == Class::inconclusive; });
  return odds;
}

std::string odds_sentence(const Evidence& evidence, const Conclusion& conclusion) {
  std::string text;
  for (const auto& [against, log10] : odds_against(evidence, conclusion)) {
    text += (text.empty() ? "Odds against the other classes: " : "; ") + std::string(word(against)) + " " +
            odds_words(log10);
  }
  if (text.empty()) return text;
  const auto noise = noise_of(evidence);
  const auto tried = counted(static_cast<std::size_t>(noise.tried), "control");
  return text +
         (noise.lost == 0 ? ". No answer was lost in " : ". " + std::to_string(noise.lost) + " answers were lost in ") +
         tried + " in turn.";
}

}  // namespace epki::infer
