#pragma once
// How often the line swallows an answer, estimated from the controls of the same run, and what that does to the number
// of repetitions a probe needs (a sequential test; docs/trust-verdicts.md).

#include "verify/infer/evidence.hpp"

namespace epki::infer {

/// Attempts of controls that did answer at other times, and how many of them said nothing: no packet, reset, silence.
struct Noise {
  int tried = 0;
  int lost = 0;
  bool quiet() const { return lost == 0; }
  /// The share that is lost, rather too high than too low: three more losses than were seen.
  double rate() const { return (lost + 3.0) / (tried + 4.0); }
};
Noise noise_of(const Evidence& evidence);

/// log10 of the odds that `equal` answers are the peer's and not the line's. `telling`: answers that a broken line
/// would have to imitate (an alert, data), so only one of several false ones would fit; else silence of some kind.
double odds_of(const Noise& noise, int equal, bool telling);

/// What is asked of those odds where a verdict hangs on the probe: 10 000 to 1. `least` below 3 asks for less.
double odds_needed(int least);

}  // namespace epki::infer
