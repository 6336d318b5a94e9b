#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <memory>

#include "cli/commands.hpp"

namespace epki::cli {

namespace cmd_sim {

// The simulator is a program of its own; this only starts it, in our place, with the words it was given.
Result<Outcome> sim(const std::vector<std::string>& words, Context& context) {
  const auto program = (context.executable.parent_path() / "ec200u-sim").string();
  std::vector<std::string> all{program};
  all.insert(all.end(), words.begin(), words.end());
  std::vector<char*> argv;
  for (auto& word : all) argv.push_back(word.data());
  argv.push_back(nullptr);
  ::execv(program.c_str(), argv.data());
  return Error{Errc::input, "the simulator " + program + " cannot be started: " + std::strerror(errno),
               "it is installed beside ec200u-pki; build or install it again"};
}

}  // namespace cmd_sim

void add_sim(CommandLine& line) {
  using namespace cmd_sim;
  auto words = std::make_shared<std::vector<std::string>>();
  line.add("sim", "Run a simulated EC200U behind a pseudo-terminal (ec200u-pki sim --help lists its options)")
      .pass_through(*words)
      .examples("  ec200u-pki sim --persona strict --host broker.example.com=127.0.0.1 --link ./modem")
      .run([words](Context& context) { return sim(*words, context); });
}

}  // namespace epki::cli
