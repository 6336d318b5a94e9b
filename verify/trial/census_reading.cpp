#include "verify/trial/census_reading.hpp"

#include <algorithm>
#include <utility>

#include "verify/infer/reading.hpp"
#include "verify/infer/replays.hpp"

namespace epki::trial {

namespace {

using infer::Bound;
using infer::Evidence;
using infer::Probe;
using infer::Reading;
using infer::Shown;
using State = CensusRow::State;
using What = Bound::What;

const Bound user{What::user, -1};

Reading one(const Evidence& evidence, Shown shown, const Bound& bound, int anchor) {
  return infer::read(evidence, Probe{shown, bound, anchor}, 1);
}

std::string unread(const Reading& reading) {
  switch (reading.state) {
    case Reading::State::absent: return "was not asked";
    case Reading::State::mixed: return "contradicts itself";
    case Reading::State::no_case: return "is no evidence: the oracle sees another case";
    default: return reading.words.empty() ? "gave no answer" : reading.words;
  }
}

CensusRow untried(std::string why) {
  return {State::untried, std::move(why)};
}

CensusRow read_hit(const Evidence& evidence, int anchor, bool confirmed) {
  if (!confirmed) return untried("it passed once, and was not confirmed after a restart");
  const auto replay = infer::read_replay(evidence, anchor, user);
  if (replay.state == infer::Replay::State::trusted) return {State::trusted, replay.words};
  return untried("it passed once and was not confirmed: " + (replay.why.empty() ? replay.words : replay.why));
}

}  // namespace

bool is_candidate(const Evidence& evidence, int anchor) {
  for (const auto& attempt : evidence.attempts) {
    if (attempt.shown != Shown::replay || attempt.bound != user || attempt.anchor != anchor) continue;
    if (attempt.outcome == infer::Outcome::refused && attempt.alert == infer::alert_decrypt_error) return true;
  }
  return false;
}

CensusRow read_row(const Evidence& evidence, int anchor, int like, bool confirmed) {
  const auto& who = evidence.anchors[static_cast<std::size_t>(anchor)];
  if (!who.unusable.empty()) return untried(who.unusable);
  if (is_candidate(evidence, anchor)) return read_hit(evidence, anchor, confirmed);
  const Bound nothing{What::nothing, -1};
  const auto alone = one(evidence, Shown::replay, nothing, anchor);
  if (alone.passed() && one(evidence, Shown::unknown_like, nothing, like).rejected())
    return {State::when_nothing, "with nothing bound the replay " + alone.words + ", an unknown chain did not pass"};
  const auto replay = one(evidence, Shown::replay, user, anchor);
  if (!replay.settled()) return untried("the replay " + unread(replay));
  if (!replay.rejected()) return untried("the replay " + replay.words + ", which is no answer to a chain");
  const auto unknown = one(evidence, Shown::unknown_like, user, like);
  if (!unknown.rejected()) return untried("its control, an unknown chain of its shape, " + unread(unknown));
  if (unknown.alert != replay.alert) {
    return untried("the replay " + replay.words + ", an unknown chain of its shape " + unknown.words);
  }
  const Bound own{What::genuine, anchor};
  const auto positive = one(evidence, Shown::replay, own, anchor);
  if (!positive.passed()) return untried("with its own root bound it " + unread(positive));
  // A root that the modem cannot read may leave it with no CA at all, and then nothing is judged.
  const auto with_own = one(evidence, Shown::unknown_like, own, anchor);
  if (!with_own.rejected()) return untried("with its own root bound an unknown chain " + unread(with_own));
  return {State::not_trusted, replay.words + ", and passed as soon as its root was bound"};
}

Rebinding read_rebinding(const Evidence& evidence, int anchor) {
  const Bound other{What::other_key, -1};
  const auto first = one(evidence, Shown::keyless, user, anchor),
             first_other = one(evidence, Shown::keyless_other, user, anchor);
  const auto second = one(evidence, Shown::keyless, other, anchor),
             second_other = one(evidence, Shown::keyless_other, other, anchor);
  const auto settled = [](const Reading& reading) { return reading.passed() || reading.rejected(); };
  if (!settled(first) || !settled(first_other) || !settled(second) || !settled(second_other)) {
    return {false, "the rebinding control has no answer: U1's chain under U1 " + unread(first) + ", under U2 " +
                       unread(second) + "; U2's under U1 " + unread(first_other) + ", under U2 " +
                       unread(second_other)};
  }
  const bool flips = first.passed() && first_other.rejected() && second.rejected() && second_other.passed();
  if (flips) return {true, "rebinding from U1 to U2 turned both answers round"};
  if (first.rejected() && first_other.rejected() && second.rejected() && second_other.rejected())
    return {false, "neither U1 nor U2 counted when it was bound"};
  if (first.passed() && first_other.passed() && second.passed() && second_other.passed())
    return {false, "every chain passed, whatever was bound"};
  return {false, "rebinding from U1 to U2 did not turn both answers round"};
}

PathCensus read_census(CensusFacts facts, Path path) {
  PathCensus census{path};
  if (facts.representative >= 0) {
    const auto rebinding = read_rebinding(facts.evidence, facts.representative);
    census.rebinding = rebinding.words;
    census.binding_counts = rebinding.counts;
  }
  for (std::size_t k = 0; k < facts.evidence.anchors.size(); ++k) {
    const int anchor = static_cast<int>(k);
    const bool confirmed = std::find(facts.confirmed.begin(), facts.confirmed.end(), anchor) != facts.confirmed.end();
    census.rows.push_back(read_row(facts.evidence, anchor, facts.like[k], confirmed));
  }
  census.facts = std::move(facts);
  return census;
}

}  // namespace epki::trial
