#include "cli/commands.hpp"
#include "cli/program.hpp"
#include "verify/oracle/oracle.hpp"

namespace epki::cli {

void add_commands(CommandLine& line) {
  add_judging(line);
}

std::span<const Elsewhere> commands_elsewhere() {
  return {};
}

std::optional<int> run_worker(std::string_view name) {
  if (name == "__oracle") return oracle::worker_main();
  return std::nullopt;
}

}  // namespace epki::cli
