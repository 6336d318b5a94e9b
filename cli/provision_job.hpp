#pragma once
// What `provision` and `station` share: from a project to a modem that is provisioned. Both run one engine.

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "cli/boot_files.hpp"
#include "cli/context.hpp"
#include "cli/modem_port.hpp"
#include "config/project.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "ledger/certificates.hpp"
#include "provision/plan/audit.hpp"
#include "provision/plan/provision.hpp"

namespace epki::cli {

struct ProvisionJob {
  config::Project project;
  plan::Wanted wanted{};
  plan::Options options{};
  std::vector<std::string> simulated_names{};  ///< what a simulated modem's resolver knows
  std::int64_t baud = 115200;
  bool needs_scan = false;             ///< a line that names devices after a number which the operator scans
  std::chrono::seconds audit_limit{};  ///< a line's last step: so long the product's own boot may take; 0: no such step
  plan::IssueClient issue_client{};    ///< for a mutual project; empty: one without options of its own
  ledger::RevocationReason reissue_reason = ledger::RevocationReason::superseded;  ///< for boards that came back
  /// What the boards of a line share: a connection each would be too many for a database. Empty: each run opens one.
  std::vector<ledger::Ledger*> ledgers{};
  BootFiles* boot_files = nullptr;   ///< shared by the boards of a line; null: each run has one of its own
  plan::Witness* witness = nullptr;  ///< where every device proves its key, last; null: nowhere
};

/// What the command line may choose instead of the project file.
struct ModemChoices {
  std::optional<std::int64_t> context{}, client{}, baud{};
  bool mutual = false;  ///< a client certificate although the project does not say so
};

/// Reads the root and the broker's names. Errc::input for files that are missing or do not parse.
Result<ProvisionJob> make_provision_job(config::Project project, const ModemChoices& choices);

/// The certificate authority that has the root's name and another key, for the control; empty where the ledger has
/// none. A roll-over's second root has a twin of its own in the same ledger.
Result<std::string> twin_of(const std::string& root_pem, ledger::Ledger& ledger);

/// Opens the port and undoes what a cut run left there.
Result<OpenModem> open_for(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                           Reporter& reporter);

/// What the modem holds, held against what the job wants. Reads only. Errors of open_for() and plan::audit().
Result<plan::AuditReport> audit_one(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                                    Reporter& reporter);

/// One modem, from opening the port to the boot sequence on disk. An Error: the modem was not reached; what happened
/// after that is in the report. `watch` may be null.
Result<plan::DeviceReport> provision_one(const transport::PortSpec& spec, const ProvisionJob& job, Context& context,
                                         Reporter& reporter, plan::Watch* watch);

}  // namespace epki::cli
