#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace epki::cli {

std::span<const Declared> commands_here() {
  return line_commands;
}

std::span<const Elsewhere> commands_elsewhere() {
  return {};
}

std::optional<int> run_worker(std::string_view) {
  return std::nullopt;
}

}  // namespace epki::cli
