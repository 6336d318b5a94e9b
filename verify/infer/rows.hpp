#pragma once
#include "verify/infer/evidence.hpp"
#include "verify/infer/policy.hpp"

namespace epki::infer {

/// The policy's rows as far as the attempts show them, given the class. What was not established stays "unknown".
Policy read_rows(const Evidence& evidence, Class verdict);

}  // namespace epki::infer
