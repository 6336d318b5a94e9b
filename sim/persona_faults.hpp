#pragma once
// [quirks] and [faults] of a persona file.

#include "core/toml.hpp"
#include "sim/persona.hpp"

namespace epki::sim {

void read_quirks(TomlReader table, Quirks& into);
void read_faults(TomlReader table, Faults& into);

}  // namespace epki::sim
