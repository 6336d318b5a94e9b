#pragma once
// The commands below `ledger`, by subject.

#include "cli/command_line.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

void add_ledger_list(CommandLine& line);    ///< list, show
void add_ledger_export(CommandLine& line);  ///< export
void add_ledger_audit(CommandLine& line);   ///< check, head, import-head, redact
void add_ledger_place(CommandLine& line);   ///< merge, copy

/// Rows under a header, columns side by side.
std::string text_table(const std::vector<std::string>& header, const std::vector<std::vector<std::string>>& rows);

/// "30d", "12h", "2w": Errc::usage for anything else.
Result<std::chrono::seconds> parse_span(std::string_view option, std::string_view text);

/// The ledger of the project in the current folder.
Result<ledger::Ledger> ledger_here(const Context& context);
/// The same for a command that records nothing.
Result<ledger::Ledger> ledger_to_read(const Context& context);

}  // namespace epki::cli
