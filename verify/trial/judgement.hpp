#pragma once
// From what was seen on one path to its verdict: the only way there, for a run and for whoever checks it later.

#include "verify/trial/exhibit.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

struct Judgement {
  PathVerdict verdict{};
  /// A run that saw nothing, or not enough, must not displace an older verdict; one that saw a contradiction must.
  bool says_something = false;
  /// The verdict of PathFacts::mutual, for the ledger; nothing: there is none, or it says nothing.
  std::optional<PathVerdict> under_seclevel_2{};
};

/// Pure: no I/O, and the same facts give the same verdict.
Judgement judge(const PathFacts& facts);

/// What the oracle must say of a case for it to count as evidence: under what is bound, and with the genuine roots
/// beside it. Nothing: Botan and mbedTLS are known to differ on it (an intermediate as anchor), so its opinion is only
/// shown.
struct Expected {
  oracle::Verdict uploaded, with_built_in;
};
std::optional<Expected> expected_of(const infer::Probe& probe);

}  // namespace epki::trial
