#include "cli/commands.hpp"
#include "cli/ledger_commands.hpp"

namespace epki::cli {

void add_ledger(CommandLine& line) {
  line.group("ledger", "What was issued, done and judged: list, show, export, check, and look after the ledger");
  add_ledger_list(line);
  add_ledger_export(line);
  add_ledger_audit(line);
  add_ledger_place(line);
}

}  // namespace epki::cli
