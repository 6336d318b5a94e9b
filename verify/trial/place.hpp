#pragma once
// Where the chains are presented: by a responder in this process, or by one elsewhere.

#include <memory>

#include "core/cancel.hpp"
#include "core/result.hpp"
#include "verify/probe/responder.hpp"
#include "verify/trial/trial.hpp"

namespace epki::trial {

Result<std::unique_ptr<probe::Responder>> start_responder(const Setup& setup, const Cancel& cancel);

}  // namespace epki::trial
