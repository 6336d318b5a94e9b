#pragma once
#include "cli/context.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "provision/at/engine.hpp"

namespace epki::cli {

/// What an interrupted run left on this modem is put back before anything else is done with it. Costs one query of the
/// ledger when nothing is open. Errors are those of the modem.
Status undo_leftovers(at::Engine& engine, ledger::Ledger& ledger, Reporter& reporter, const Context& context);

}  // namespace epki::cli
