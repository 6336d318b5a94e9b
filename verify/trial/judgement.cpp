#include "verify/trial/judgement.hpp"

#include "verify/infer/conclude.hpp"
#include "verify/trial/census_merge.hpp"
#include "verify/trial/census_reading.hpp"
#include "verify/trial/with_key.hpp"

namespace epki::trial {

namespace {

void merge_more(PathVerdict& verdict, const PathFacts& facts, const infer::Conclusion& conclusion) {
  if (facts.census) {
    std::vector<int> counted;
    for (const int one : conclusion.counted) counted.push_back(facts.number_of(one));
    merge_census(verdict, read_census(*facts.census, facts.path), facts.anchors, counted);
  }
  if (facts.with_key) {
    merge_with_key(verdict, read_with_key(*facts.with_key, facts.evidence, facts.key_anchor), facts.evidence,
                   facts.anchors[static_cast<std::size_t>(facts.key_anchor)]);
  }
  for (const auto& said : facts.live) verdict.because += " Beside that, " + said + ".";
}

bool settles(const infer::Conclusion& conclusion) {
  return conclusion.verdict != infer::Class::inconclusive || conclusion.contradictory ||
         conclusion.influence == infer::Influence::detected;
}

PathVerdict summary_of(const infer::Conclusion& conclusion, std::string_view path) {
  PathVerdict verdict;
  verdict.path = path;
  verdict.verdict_class = conclusion.verdict;
  verdict.influence = conclusion.influence;
  verdict.because = conclusion.because;
  verdict.names_checked = conclusion.names_checked;
  verdict.untried = conclusion.untried;
  verdict.policy = conclusion.policy;
  verdict.anchors_tried = conclusion.counted.size();
  return verdict;
}

}  // namespace

Judgement judge(const PathFacts& facts) {
  const auto& evidence = facts.evidence;
  const auto conclusion = infer::conclude(evidence);
  auto verdict = summary_of(conclusion, word(facts.path));
  if (!evidence.rebooted) verdict.because += " The modem was not restarted before the first replay.";
  verdict.next_step = conclusion.next_step;
  verdict.possible = conclusion.possible;
  verdict.outside_the_model = conclusion.outside_the_model;
  verdict.stack = infer::recognise(evidence);
  verdict.odds = infer::odds_sentence(evidence, conclusion);
  verdict.odds_against = infer::odds_against(evidence, conclusion);
  verdict.noise = infer::noise_of(evidence);
  verdict.conclusive = infer::conclusive_handshakes(evidence);
  for (const int number : conclusion.found) {
    const auto& anchor = evidence.anchors[static_cast<std::size_t>(number)];
    verdict.anchors_found.push_back({anchor.subject, anchor.sha256});
  }
  merge_more(verdict, facts, conclusion);
  Judgement judgement;
  judgement.says_something = settles(conclusion) || verdict.verdict_class != infer::Class::inconclusive ||
                             verdict.influence == infer::Influence::detected;
  if (facts.mutual) {
    const auto mutual = infer::conclude(*facts.mutual);
    verdict.mutual = MutualVerdict{mutual.verdict, mutual.influence, mutual.because, mutual.names_checked};
    if (settles(mutual)) judgement.under_seclevel_2 = summary_of(mutual, verdict.path);
  }
  judgement.verdict = std::move(verdict);
  return judgement;
}

std::optional<Expected> expected_of(const infer::Probe& probe) {
  using infer::Shown;
  using oracle::Verdict;
  using What = infer::Bound::What;
  constexpr Expected good{Verdict::accept, Verdict::accept}, bad{Verdict::reject, Verdict::reject};
  switch (probe.bound.what) {
    case What::user_intermediate:
    case What::genuine_issuer:
    case What::no_attributes_issuer: return std::nullopt;
    case What::no_attributes: return bad;
    default: break;
  }
  switch (probe.shown) {
    case Shown::own_chain: return probe.bound.what == What::genuine ? bad : good;
    case Shown::own_direct:
    case Shown::own_deep: return good;
    case Shown::keyless: return probe.bound.what == What::other_key ? bad : good;
    case Shown::keyless_other: return probe.bound.what == What::other_key ? good : bad;
    case Shown::with_key:
    case Shown::replay:
      if (probe.settings.clock != infer::Settings::Clock::right) return bad;
      if (probe.bound == infer::Bound{What::genuine, probe.anchor}) return good;
      return Expected{Verdict::reject, Verdict::accept};
    default: return bad;
  }
}

}  // namespace epki::trial
