#pragma once
// The gate behind every verdict: the answers must be such as some client of the class gives.

#include "verify/infer/conclude.hpp"
#include "verify/infer/evidence.hpp"

namespace epki::infer {

/// Takes a verdict back that no client of its class explains ("outside the model"), and never makes one. Without a
/// verdict it narrows `possible`. `plainly_unverified`: needs no model.
void check_against_the_model(Conclusion& result, const Evidence& evidence, bool plainly_unverified);

}  // namespace epki::infer
