#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace epki::cli {

void add_commands(CommandLine& line) {
  add_line(line);
}

std::span<const Elsewhere> commands_elsewhere() {
  return {};
}

std::optional<int> run_worker(std::string_view) {
  return std::nullopt;
}

}  // namespace epki::cli
