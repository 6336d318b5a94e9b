#pragma once
#include "verify/infer/evidence.hpp"
#include "verify/infer/policy.hpp"

namespace epki::infer {

/// The policy's rows as far as the attempts show them, given the class. What was not established stays "unknown".
Policy read_rows(const Evidence& evidence, Class verdict);

/// A server with a wrong name was refused under the run's own settings, as often as a decisive probe needs.
bool names_checked(const Evidence& evidence);

}  // namespace epki::infer
