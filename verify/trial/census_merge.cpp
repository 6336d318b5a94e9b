#include "verify/trial/census_merge.hpp"

#include <algorithm>
#include <set>

#include "core/text.hpp"

namespace epki::trial {

namespace {

using State = CensusRow::State;

void add_found(PathVerdict& verdict, const infer::Anchor& anchor) {
  const auto same = [&](const AnchorName& known) { return known.sha256 == anchor.sha256; };
  if (std::none_of(verdict.anchors_found.begin(), verdict.anchors_found.end(), same))
    verdict.anchors_found.push_back({anchor.subject, anchor.sha256});
}

}  // namespace

void merge_census(PathVerdict& verdict, const PathCensus& census, const std::vector<infer::Anchor>& anchors,
                  const std::vector<int>& fully_tried) {
  const bool detected = verdict.influence == infer::Influence::detected;
  const bool alone = verdict.verdict_class == infer::Class::built_in_when_nothing_uploaded;
  std::set<int> tried(fully_tried.begin(), fully_tried.end());
  bool unexplained = false;
  for (std::size_t i = 0; i < census.rows.size(); ++i) {
    const auto state = census.rows[i].state;
    if (state == State::untried) continue;
    tried.insert(static_cast<int>(i));
    if (state == State::not_trusted) continue;
    const bool explained = detected && (state == State::when_nothing || !alone);
    if (explained) add_found(verdict, anchors[i]);
    unexplained = unexplained || !explained;
  }
  verdict.anchors_tried = tried.size();
  verdict.because += " Census of " + counted(anchors.size(), "root") + ": " +
                     std::to_string(census.count(State::trusted)) + " counted though not bound, " +
                     std::to_string(census.count(State::when_nothing)) + " while nothing was bound, " +
                     std::to_string(census.count(State::not_trusted)) + " counted only when bound, " +
                     std::to_string(census.count(State::untried)) + " gave no answer; " + census.rebinding + ".";
  // A client that does not judge, or judges too late, was excluded by the full controls: there a hit means nothing.
  const bool judged = verdict.verdict_class != infer::Class::unverified;
  if (!unexplained || !judged) return;
  // Without the full controls a hit is no claim; beside another verdict it is a contradiction.
  verdict.because =
      "The census and the full controls do not agree: roots passed though they were not bound, and the "
      "controls do not say that built-in anchors count. " +
      verdict.because;
  verdict.verdict_class = infer::Class::inconclusive;
  verdict.influence = infer::Influence::inconclusive;
  verdict.next_step = "Run again with --replay and the chains that the census names.";
}

Json census_json(const Census& census, const std::vector<infer::Anchor>& anchors) {
  Json all = Json::object();
  for (const auto& path : census.paths) {
    Json rows = Json::array();
    for (std::size_t i = 0; i < path.rows.size(); ++i) {
      rows.push(Json::object({{"subject", anchors[i].subject},
                              {"sha256", anchors[i].sha256},
                              {"host", anchors[i].host},
                              {"state", word(path.rows[i].state)},
                              {"why", path.rows[i].why}}));
    }
    all.set(word(path.path), Json::object({{"rebinding", path.rebinding},
                                           {"binding_counts", path.binding_counts},
                                           {"ended_early", census.ended_early},
                                           {"anchors", std::move(rows)}}));
  }
  return all;
}

}  // namespace epki::trial
