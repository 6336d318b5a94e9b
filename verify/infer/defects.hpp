#pragma once
// A chain with several defects at once, named by the verify flags of the AT reference, 2: what one answer says of each
// of them. mbedTLS chooses one alert by rank (trust probing, 3), so an alert says that its own defect was minded and
// that those which rank above it were not.

#include <cstdint>
#include <optional>
#include <vector>

#include "verify/infer/base.hpp"
#include "verify/infer/evidence.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

/// One defect that a case can have, in the order in which mbedTLS's alert names them.
struct Defect {
  std::uint32_t flag = 0;
  Shown alone = Shown::wrong_host;  ///< the case that has this defect alone
  int alert = 0;
};
const std::vector<Defect>& defects_by_rank();

/// The defects of what an attempt showed; 0 where it is no chain of several.
std::uint32_t defects_of(const Probe& probe);

/// Every alert that this client gave to a single defect is mbedTLS's, and one was seen that no other library gives
/// (a bad signature under a known issuer, or a leaf that is not yet valid): then the rank holds. Where it does not,
/// only an accepted chain of several says anything.
bool alerts_are_ranked(const Evidence& evidence, const Base& base);

/// Whether the answer shows this defect to be let through (true) or minded (false); nothing where it does not say.
std::optional<bool> lets_through(const Probe& probe, const Reading& reading, std::uint32_t flag, bool ranked);

/// Bits that a chain with these defects is expected to tell. `chances`: that each is let through, in the order of rank.
double ranked_gain(const std::vector<double>& chances);

}  // namespace epki::infer
