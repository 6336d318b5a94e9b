#pragma once
// The policy's rows as small questions that do not depend on each other: which single checks a client makes, and which
// settings switch each of them off. A question keeps every world that the answers leave, so that the row is known when
// they agree, and the next probe is the one that splits them most.

#include <cstdint>
#include <optional>
#include <vector>

#include "verify/infer/base.hpp"
#include "verify/infer/evidence.hpp"

namespace epki::infer {

/// A setting that may switch a check off; as bits, so that a probe can have several on.
enum Loosener : unsigned { by_sni = 1, by_time = 2, by_items = 4, by_signature = 8, by_chain = 16 };
inline constexpr unsigned all_knobs = by_items | by_signature | by_chain;
Settings settings_with(unsigned looseners);
unsigned looseners_in(const Settings& settings);

/// One check: what is shown has this one defect.
struct Check {
  Shown shown = Shown::wrong_host;
  unsigned may_loosen = all_knobs;
  std::uint32_t flag = 0;  ///< the verify flag that ignorecertitem names it by (AT reference, 2)
};
/// Trust first: what opens everything is found there, and shortens the others.
const std::vector<Check>& checks();

/// One way the client may be, as far as one check goes.
struct World {
  enum class Habit : std::uint8_t { checked, unchecked, by_item };  ///< by_item: ignorecertitem waives CA attributes
  Habit habit = Habit::checked;
  unsigned opens = 0;  ///< looseners that switch the check off
  double weight = 1;
  bool accepts(Shown shown, unsigned looseners) const;
};

/// The worlds of one check that the settled answers leave. Empty: none explains them.
std::vector<World> worlds_left(const Evidence& evidence, const Base& base, const Check& check);

/// Looseners that were seen to let everything pass: nothing is left to ask under them.
unsigned known_to_open_all(const Evidence& evidence, const Base& base);

/// A knob that lets an unknown CA pass, and whether everything passes under it was not settled.
bool may_open_all(const Evidence& evidence, const Base& base, unsigned knob);

/// The limit on intermediates: each value from 0 that is still possible, `depth_searched` standing for it and more.
inline constexpr int depth_searched = 9;
std::vector<int> limits_left(const Evidence& evidence, const Base& base);

struct RowProbe {
  Probe probe;
  int least = 1;    ///< equal answers wanted
  double gain = 0;  ///< bits
};
/// What to try next for the rows; nothing when every row is known or cannot be.
std::optional<RowProbe> next_row_probe(const Evidence& evidence, const Base& base);

}  // namespace epki::infer
