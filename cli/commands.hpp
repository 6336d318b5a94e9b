#pragma once
// One command, one file cmd_<name>.cpp; this list is the whole program, in the order of the help.

#include "cli/command_line.hpp"
#include "cli/context.hpp"

namespace epki::cli {

void add_init(CommandLine& line);
void add_issue(CommandLine& line);
void add_lint(CommandLine& line);
void add_provision(CommandLine& line);
void add_verify(CommandLine& line);
void add_judge(CommandLine& line);
void add_station(CommandLine& line);
void add_sim(CommandLine& line);
void add_completion(CommandLine& line);

inline void add_all(CommandLine& line) {
  add_init(line);
  add_issue(line);
  add_lint(line);
  add_provision(line);
  add_verify(line);
  add_judge(line);
  add_station(line);
  add_sim(line);
  add_completion(line);
}

}  // namespace epki::cli
