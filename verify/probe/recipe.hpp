#pragma once
// For this room's own files: certificates made from the recipes of the trust cases.

#include "core/random.hpp"
#include "core/result.hpp"
#include "verify/probe/case_file.hpp"
#include "verify/probe/cases.hpp"

namespace epki::probe {

/// The chain of a case under the roots of `material`, its leaf's key, and what is to be bound where that is not U.
Result<Case> cook(const CaseFile& file, const Material& material, RandomSource& random);

}  // namespace epki::probe
