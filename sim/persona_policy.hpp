#pragma once
// [policy.mqtt] and [policy.ssl] of a persona file.

#include "core/toml.hpp"
#include "sim/persona.hpp"

namespace epki::sim {

/// Reads one [policy.<path>] table into `into`, which holds the defaults. "unknown", which the verifier writes for what
/// it could not establish, leaves the default.
void read_policy(TomlReader table, TrustPolicy& into);

}  // namespace epki::sim
