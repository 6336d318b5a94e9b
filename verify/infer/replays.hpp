#pragma once
// What the replayed genuine chains say of one anchor: whether it counts though it is not bound.

#include <cstdint>
#include <string>

#include "verify/infer/evidence.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

struct Replay {
  enum class State : std::uint8_t {
    unusable,    ///< no positive control, or controls that make the answer unreadable
    unresolved,  ///< readable in principle, but the answers do not fit together
    trusted,     ///< the chain passed though this anchor was not bound
    refused,     ///< it did not, and passes when the anchor is bound
  };
  State state = State::unusable;
  std::string why{};           ///< unusable, unresolved: one sentence without its full stop
  std::string words{};         ///< trusted, refused: one sentence without its full stop
  bool contradictory = false;  ///< unresolved because answers of one probe differ
  bool bound_counts = false;   ///< passes when the root itself is bound, and not otherwise
  bool issuer_counts = false;  ///< passes when only its (not self-signed) intermediate is bound, and not otherwise
};

/// The replay of `anchor` while `under` is bound (U, or the root of another anchor), read with its controls.
Replay read_replay(const Evidence& evidence, int anchor, const Bound& under);

struct WithNothing {
  enum class State : std::uint8_t {
    untested,
    unresolved,
    trusted,           ///< passes with nothing bound, and an unknown chain does not
    refused,           ///< refused by alert, or before any packet
    verifies_nothing,  ///< with nothing bound an unknown chain passes as well: says nothing of built-in anchors
  };
  State state = State::untested;
  std::string words{};  ///< one sentence without its full stop
  bool contradictory = false;
};
WithNothing read_with_nothing(const Evidence& evidence, int anchor);

}  // namespace epki::infer
