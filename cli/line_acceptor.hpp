#pragma once
// The station's own TLS server, from what the job says.

#include <memory>

#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "config/job.hpp"
#include "config/project.hpp"
#include "provision/station/acceptor/acceptor.hpp"

namespace epki::cli {

/// Null where the job names none. Errc::input when its certificate does not carry the name that the modems dial, does
/// not end at the root that they trust, or has ended; else the errors of Acceptor::start().
Result<std::unique_ptr<acceptor::Acceptor>> open_acceptor(const config::Job& job, const config::Project& project,
                                                          const PassphraseOptions& passphrase, Context& context);

}  // namespace epki::cli
