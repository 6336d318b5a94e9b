#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace epki::cli {

std::span<const Declared> commands_here() {
  return judging_commands;
}

}  // namespace epki::cli
