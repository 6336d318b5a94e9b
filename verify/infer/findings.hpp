#pragma once
// All readings of one run: the controls, and what the replays say over all anchors.

#include <string>
#include <vector>

#include "verify/infer/evidence.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

struct Controls {
  Reading own, unknown, forged, forged_genuine, own_certificate, direct, issuer, issuer_direct, other_key;
  Reading forgery{};        ///< C4: the first that was accepted; absent where none was
  Reading unbound{};        ///< a chain of U while a genuine root was bound and U's file lay on the modem
  int forgery_number = -1;  ///< its place in forgeries
  bool across = false;      ///< U is refused before any packet: `unknown` was read under a genuine root

  /// A chain of U was accepted.
  bool user_counts() const;
  /// A chain of U was judged, and its CA counts as unknown: nothing else explains the refusal.
  bool user_refused() const;
  /// An upload counts, and only for chains without an intermediate.
  bool only_direct() const;
};

Controls read_controls(const Evidence& evidence);

/// Everything the replays say, over all anchors.
struct Findings {
  std::vector<int> trusted, refused, with_nothing;
  bool uploads_count = false;  ///< something that was bound made the difference
  std::string words{};         ///< of the first anchor that decides
  std::string nothing_words{};
  std::string obstacle{};  ///< the first reason why something stays open
  bool open = false;       ///< an anchor whose answers do not settle it
  bool nothing_open = false;
  bool contradictory = false;
};

Findings read_findings(const Evidence& evidence, bool across);

}  // namespace epki::infer
