#pragma once
// The user's own certificate under a public root (--genuine): the question of the replay as handshakes that complete,
// so that a modem which judges after the handshake can answer it too.

#include <string>
#include <vector>

#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/trial/bench.hpp"

namespace epki::trial {

struct PathVerdict;

/// Asks on all paths, after a restart where the modem can be restarted: the chain and its twin under U in turn, then
/// with nothing bound, then under its own root. One evidence a path; `anchor` is its number on the bench.
Result<std::vector<infer::Evidence>> ask_with_key(Bench& bench, const std::vector<infer::Anchor>& anchors, int anchor,
                                                  const std::vector<Path>& paths, int repeat, Reporter& reporter);

struct WithKey {
  enum class State : std::uint8_t { unresolved, trusted, refused };
  State state = State::unresolved;
  State with_nothing = State::unresolved;
  std::string words{};  ///< one sentence without its full stop
};
/// `controls`: the evidence of the full controls on the same path, whose unknown and forged chains must not be
/// accepted.
WithKey read_with_key(const infer::Evidence& evidence, const infer::Evidence& controls, int anchor);

/// Settles what the replays left open, and makes a verdict that it contradicts inconclusive. Pure.
void merge_with_key(PathVerdict& verdict, const WithKey& answer, const infer::Evidence& controls,
                    const infer::Anchor& anchor);

}  // namespace epki::trial
