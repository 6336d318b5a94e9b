#pragma once
// What the policy's rows are read on: an upload that counts, and a chain under it that is accepted.

#include "verify/infer/evidence.hpp"
#include "verify/infer/reading.hpp"

namespace epki::infer {

struct Base {
  bool found = false;
  Bound bound{};
  bool direct = false;       ///< without an intermediate
  bool only_direct = false;  ///< with one it was judged and refused: the client's limit is zero
};

/// The first of these that was accepted: U, an intermediate of U, a root with another kind of key; each first with one
/// intermediate, then with none.
Base base_of(const Evidence& evidence);

/// The probe that shows `shown` on this base. What lacks CA attributes is the root where the chain has no intermediate.
Probe on(const Base& base, Shown shown, const Settings& settings = {}, int depth = 0);

/// C3: a bad signature under the upload that counts; under U where none does, or where it was not tried.
Reading read_forged(const Evidence& evidence);

}  // namespace epki::infer
