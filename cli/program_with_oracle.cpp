// What the programs share that ask the oracle: its child is themselves, and they become no other program.

#include "cli/program.hpp"
#include "verify/oracle/oracle.hpp"

namespace epki::cli {

std::span<const Elsewhere> commands_elsewhere() {
  return {};
}

std::optional<int> run_worker(std::string_view name) {
  if (name == "__oracle") return oracle::worker_main();
  return std::nullopt;
}

}  // namespace epki::cli
