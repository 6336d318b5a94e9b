#pragma once
// A real board talks to the simulated modem; it is told whether its firmware sends its boot sequence.

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/result.hpp"

namespace epki::cli {

/// `sequence` is the file to judge by (none: the only one below boot/). `once`: ends with the first verdict. `words` go
/// to ec200u-sim. Runs until Ctrl-C, which is an end like any other, or until the port is gone. The outcome's exit is
/// that of the worst verdict: 0 right, 1 wrong, 22 inconclusive or none.
Result<Outcome> judge_board(const std::vector<std::string>& words, const std::optional<std::string>& sequence,
                            bool once, Context& context);

}  // namespace epki::cli
