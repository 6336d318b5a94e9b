#include "cli/commands.hpp"

namespace epki::cli {

// One file for each: cmd_broker_render.cpp, cmd_broker_check.cpp, cmd_broker_test.cpp.
void add_broker_render(CommandLine& line);
void add_broker_check(CommandLine& line);
void add_broker_test(CommandLine& line);

void add_broker(CommandLine& line) {
  line.group("broker", "Write, check and try out a Mosquitto configuration");
  add_broker_render(line);
  add_broker_check(line);
  add_broker_test(line);
}

}  // namespace epki::cli
