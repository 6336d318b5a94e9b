#pragma once
// The genuine roots of a run as infer takes them.

#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/deck.hpp"
#include "verify/trial/inspect.hpp"
#include "verify/trial/opinions.hpp"

namespace epki::trial {

/// One for each chain of the deck, in its order: whether its root lies on the modem, and whether the oracle accepts it
/// at all (a warning where it does not).
Result<std::vector<infer::Anchor>> make_anchors(Deck& deck, Opinions& opinions, const Inspection& inspection,
                                                Reporter& reporter);

}  // namespace epki::trial
