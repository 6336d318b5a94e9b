#pragma once
// The responder's side of the pipe: what `respond --stdio` runs. It does what the other side asks with certificates and
// throw-away keys that come over the pipe, keeps nothing, and ends with the pipe.

#include <chrono>
#include <optional>
#include <string>

#include "core/cancel.hpp"
#include "core/result.hpp"
#include "verify/probe/live_responder.hpp"

namespace epki::probe::remote {

struct SessionPlan {
  /// Where this computer's owner lets it listen; nothing: where the other side asks.
  std::optional<HostPort> listen{};
  std::optional<HostPort> dns{};
  std::optional<HostPort> relay{};
  Caps caps{};
  std::chrono::milliseconds idle = std::chrono::minutes(30);  ///< without a request for so long, it ends
  std::chrono::milliseconds whole = std::chrono::hours(24);   ///< it ends after that in any case
  std::string version{};                                      ///< of this program, for the greeting
};

/// Serves one verifier on these descriptors (0 and 1 of the process). Returns at the end of `in`: that is how a session
/// ends. Errc::input when the other side's lines make no sense, Errc::network when its time is up or it does not read.
/// What goes wrong in a request is that request's reply.
Status serve(int in, int out, const SessionPlan& plan, const Cancel& cancel);

}  // namespace epki::probe::remote
