#pragma once
// What the answers of a census say of one anchor. Pure.

#include <string>

#include "verify/infer/evidence.hpp"
#include "verify/trial/census.hpp"

namespace epki::trial {

/// A replay under U that passed while a chain of its shape did not: worth its confirmation.
bool is_candidate(const infer::Evidence& evidence, int anchor);

/// `like`: the anchor whose unknown chain stands for this one's shape. `confirmed`: a candidate was asked again after a
/// restart.
CensusRow read_row(const infer::Evidence& evidence, int anchor, int like, bool confirmed);

struct Rebinding {
  bool counts = false;
  std::string words;
};
/// The four answers of the rebinding control, shown for `anchor`'s name.
Rebinding read_rebinding(const infer::Evidence& evidence, int anchor);

/// All of it for one path.
PathCensus read_census(CensusFacts facts, Path path);

}  // namespace epki::trial
