#pragma once
// Where a project's ledger is, and who writes into it.

#include "cli/context.hpp"
#include "config/project.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

/// The name of this machine: the station, unless a job names another.
std::string name_of_this_station();

/// Whoever runs the program, as the system knows them; empty when it does not. A job or the station's page may name the
/// operator better: Ledger::act_as().
std::string name_of_account();

/// The file of [ledger] file, or the database of [ledger] url with a local journal to go on in while it is away; says
/// so when it is. Events name this program, this machine and the account it runs under. A ledger is begun where there
/// was none; Errc::ledger where one was, and its file is gone: check_ledger_not_lost().
Result<ledger::Ledger> open_ledger(const config::Project& project, const Context& context);

/// Errc::ledger when the file of [ledger] file is gone from a project that had it: a CA's key is in ca/, which only
/// comes there with a ledger, or .ec200u-pki/ledger-begun notes that one was written to. A database is asked itself.
Status check_ledger_not_lost(const config::Project& project);

/// The same ledger, for who begins a project or puts one back.
Result<ledger::Ledger> begin_ledger(const config::Project& project, const Context& context);

/// The same for a command that records nothing: it also works where nothing can be written, an archive on a read-only
/// medium for instance. Where the ledger is lost, it warns and goes on with an empty one, which is not written down.
Result<ledger::Ledger> open_ledger_to_read(const config::Project& project, const Context& context);

/// The same two for commands that tell what stands in the ledger, or sign by it: Errc::ledger when the project has CAs
/// and its ledger's file is gone. An empty one would say that nothing was issued, nothing is due and everything is
/// whole. (A bench with the root's certificate alone begins a ledger of its own.)
Result<ledger::Ledger> open_kept_ledger(const config::Project& project, const Context& context);
Result<ledger::Ledger> open_kept_ledger_to_read(const config::Project& project, const Context& context);

}  // namespace epki::cli
