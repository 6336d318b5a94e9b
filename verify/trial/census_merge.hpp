#pragma once
#include <vector>

#include "core/json.hpp"
#include "verify/trial/census.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

/// Adds what the census found to a path's verdict. It never makes a claim that the full set of controls did not make
/// first: hits are listed where influence was detected; where it was not, they make the verdict inconclusive.
/// `fully_tried`: the anchors that the full controls counted, by their number in the census.
void merge_census(PathVerdict& verdict, const PathCensus& census, const std::vector<infer::Anchor>& anchors,
                  const std::vector<int>& fully_tried);

/// For the report: each anchor with its state and why.
Json census_json(const Census& census, const std::vector<infer::Anchor>& anchors);

}  // namespace epki::trial
