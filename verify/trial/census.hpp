#pragma once
// Many genuine roots, each asked about as seldom as will do: which of them count though nobody uploaded them? The order
// is that of the trust method: every replay before any genuine root was ever uploaded, then each root's own positive
// control, then, after a restart, every hit again beside its twin (docs/verify.md).

#include <cstddef>
#include <string>
#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

struct CensusLimits {
  int repeat = 3;    ///< equal answers that a hit needs
  int budget = 0;    ///< the most opens; 0: no limit
  int reboots = 20;  ///< the most restarts; some 30 a day are advised for this modem
};

struct CensusRow {
  enum class State : std::uint8_t {
    trusted,       ///< counts though it is not bound: confirmed with its twin after a restart
    when_nothing,  ///< passed once while nothing was bound, and not beside U: for the full controls to settle
    not_trusted,   ///< does not count, and passes as soon as it is bound
    untried,       ///< no answer that says either; `why` has the reason
  };
  State state = State::untried;
  std::string why{};  ///< a clause; of the others, what decided
};
std::string_view word(CensusRow::State state);  ///< "trusted", "when-nothing-bound", "not-trusted", "untried"

/// What the census of one path is read from.
struct CensusFacts {
  infer::Evidence evidence{};    ///< its anchors are all of the run
  std::vector<int> like{};       ///< by anchor: whose unknown chain stands for this one's shape
  std::vector<int> confirmed{};  ///< anchors that were asked about again after a restart
  int representative = -1;       ///< the anchor of the rebinding control; -1: no anchor was usable
};

/// What the census says of one path.
struct PathCensus {
  Path path = Path::mqtt;
  CensusFacts facts{};
  std::vector<CensusRow> rows{};  ///< by anchor
  /// U1 bound: its key-less chain passes and that of U2 does not; U2 bound: the other way round. Or what was seen.
  std::string rebinding{};
  bool binding_counts = false;  ///< the rebinding control says so
  std::size_t count(CensusRow::State state) const;
};

struct Census {
  std::vector<PathCensus> paths{};
  std::string ended_early{};  ///< why anchors were left out; empty: none was
};

/// Asks about all anchors on all paths. Errors of the bench end it; whatever the peer does is evidence.
Result<Census> run_census(Bench& bench, const std::vector<infer::Anchor>& anchors, const std::vector<Path>& paths,
                          const CensusLimits& limits, Reporter& reporter);

/// The anchors that the full set of controls is worth: hits first, then some that are none. At most four.
std::vector<int> worth_a_closer_look(const Census& census, const std::vector<infer::Anchor>& anchors);

}  // namespace epki::trial
