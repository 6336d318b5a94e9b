#include "cli/leftovers.hpp"

#include "provision/ec200u/modem.hpp"
#include "provision/plan/provision.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

Status undo_leftovers(at::Engine& engine, ledger::Ledger& ledger, Reporter& reporter, const Context& context) {
  auto open = ledger.journal_open_all();
  if (!open) return std::move(open).error();
  if (open->empty()) return success();
  ec200u::Modem modem(engine);
  auto identity = modem.identify(after(std::chrono::seconds(30)));
  if (!identity) return std::move(identity).error();
  if (auto undone = plan::undo_open_journal(modem, identity->imei, ledger, reporter, context.cancel); !undone)
    return std::move(undone).error().during("undoing what an interrupted provision left on the modem");
  if (auto undone = trial::undo_open_journal(modem, identity->imei, ledger, context.clock, reporter, context.cancel);
      !undone)
    return std::move(undone).error().during("undoing what an interrupted verify left on the modem");
  return success();
}

}  // namespace epki::cli
