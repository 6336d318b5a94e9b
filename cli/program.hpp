#pragma once
// The programs that are one to the user. `ec200u-pki station` runs ec200u-pki-station, as git does with its commands:
// what a desk never needs, a page's web server or certificates with deliberate defects, is a package of its own.

#include <optional>
#include <span>
#include <string_view>

#include "cli/commands.hpp"

namespace epki::cli {

/// A command that another program beside this one has.
struct Elsewhere {
  std::string_view command, summary;
  std::string_view program;  ///< "ec200u-pki-station"
};

// Each program defines these three.

/// The commands this program has itself.
std::span<const Declared> commands_here();
/// The commands of the programs beside it; empty for those programs themselves.
std::span<const Elsewhere> commands_elsewhere();
/// Runs a child process of this program's own, such as the oracle, when its name is the only argument.
std::optional<int> run_worker(std::string_view name);

}  // namespace epki::cli
