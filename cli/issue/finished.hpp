#pragma once
// Whether what stands in a batch's place is that batch, finished: who repeats a command of an hour hears it so.

#include "cli/issue/issuing.hpp"

namespace epki::cli {

/// What to say in place of `found`, claim()'s error: that this very list was issued to this very place already, when
/// whole identities of the list's number stand there and the ledger holds the first and the last of them in one
/// finished batch of the same list and kind. Else `found` itself. Nothing is written.
Error finished_or(Error found, const Issuing& issuing, NameList& list, const Output& output, ledger::Ledger& ledger,
                  const Cancel& cancel);

}  // namespace epki::cli
