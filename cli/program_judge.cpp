#include "cli/commands.hpp"
#include "cli/program.hpp"

namespace epki::cli {

void add_commands(CommandLine& line) {
  add_judging(line);
}

}  // namespace epki::cli
