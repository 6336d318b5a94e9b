#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>

#include "cli/board_judge.hpp"
#include "cli/commands.hpp"

namespace epki::cli {

namespace cmd_sim {

// Takes "--sequence FILE" or "--sequence=FILE" out of the words.
std::optional<std::string> take_value(std::vector<std::string>& words, const std::string& name) {
  for (auto at = words.begin(); at != words.end(); ++at) {
    if (at->starts_with(name + "=")) {
      auto value = at->substr(name.size() + 1);
      words.erase(at);
      return value;
    }
    if (*at == name && at + 1 != words.end()) {
      auto value = *(at + 1);
      words.erase(at, at + 2);
      return value;
    }
  }
  return std::nullopt;
}

bool names_serial(const std::vector<std::string>& words) {
  return std::ranges::any_of(words, [](const auto& w) { return w == "--serial" || w.starts_with("--serial="); });
}

// The simulator is a program of its own; this only starts it, in our place, with the words it was given. A real board
// on a serial port is the exception: there we stay, and judge what it says.
Result<Outcome> sim(std::vector<std::string> words, Context& context) {
  if (names_serial(words)) {
    const auto sequence = take_value(words, "--sequence");
    const auto once = std::erase(words, "--once") > 0;
    return judge_board(words, sequence, once, context);
  }
  const auto program = (context.executable.parent_path() / "ec200u-sim").string();
  std::vector<std::string> all{program};
  all.insert(all.end(), words.begin(), words.end());
  if (context.globals.json) all.emplace_back("--json");
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
      .examples(
          "  ec200u-pki sim --persona strict --host broker.example.com=127.0.0.1 --link ./modem\n"
          "  ec200u-pki sim --serial /dev/ttyUSB3 --sequence boot/ec200u-boot-EC200UCNAAR03A03M08.json\n"
          "    plays the modem for a real board and says whether its firmware sends that sequence; --once ends after "
          "one boot")
      .run([words](Context& context) { return sim(*words, context); });
}

}  // namespace epki::cli
