#pragma once
// A responder elsewhere, driven over a pipe: `ssh HOST ec200u-pki respond --stdio`.

#include <memory>
#include <optional>
#include <string>

#include "core/cancel.hpp"
#include "core/result.hpp"
#include "verify/probe/responder.hpp"

namespace epki::probe::remote {

struct RemotePlan {
  std::string command;            ///< for the shell: "ssh HOST ec200u-pki respond --stdio"
  HostPort listen{"0.0.0.0", 0};  ///< unless the other side's owner has fixed it
  std::optional<HostPort> dns{};  ///< where it shall answer DNS; nothing: it does where its owner has said so
};

/// Starts the command and greets. Errc::network when it ends, says nothing within half a minute or speaks another
/// version of the protocol; the sentence holds the last line it printed. The command's stderr goes where ours goes.
/// Keys that are no throw-away ones are refused by arm(): they never leave this computer.
Result<std::unique_ptr<Responder>> connect(const RemotePlan& plan, const Cancel& cancel);

}  // namespace epki::probe::remote
