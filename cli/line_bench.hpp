#pragma once
// A slot of the line over a real port: waits for a board, provisions it with the plan engine, notices when it is taken
// out.

#include <memory>

#include "cli/context.hpp"
#include "cli/provision_job.hpp"
#include "config/job.hpp"
#include "core/result.hpp"
#include "provision/station/bench.hpp"

namespace epki::cli {

/// `job` and `context` must outlive the bench. The slot's port is usb:TOPOLOGY or what --port takes; `spec` is it,
/// parsed, but for usb: (nothing then). `power_cmd` is a shell command.
Result<std::unique_ptr<station::Bench>> make_line_bench(const config::JobSlot& slot,
                                                        const std::optional<transport::PortSpec>& spec,
                                                        const ProvisionJob& job, Context& context);

}  // namespace epki::cli
