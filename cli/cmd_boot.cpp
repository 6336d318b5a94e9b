#include <memory>

#include "cli/boot_file.hpp"
#include "cli/commands.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "provision/plan/boot_check.hpp"

namespace epki::cli {

namespace cmd_boot {

struct Options {
  std::string log{};
  std::optional<std::string> sequence{};
};

int exit_of(plan::BootVerdict::Answer answer) {
  switch (answer) {
    case plan::BootVerdict::Answer::right: return exit_code::done;
    case plan::BootVerdict::Answer::wrong: return exit_code::no;
    case plan::BootVerdict::Answer::inconclusive: return exit_code::inconclusive;
  }
  return exit_code::inconclusive;
}

Result<Outcome> check(const Options& options) {
  auto sequence = read_boot_sequence(options.sequence);
  if (!sequence) return std::move(sequence).error();
  auto log = read_file(options.log == "-" ? "/dev/stdin" : options.log);
  if (!log) return std::move(log).error();
  const auto verdict = plan::check_boot(plan::read_capture(*log), *sequence);
  Outcome outcome;
  outcome.exit = exit_of(verdict.answer);
  outcome.text = verdict.text(options.log);
  outcome.document = verdict.json();
  outcome.document.set("firmware", sequence->firmware);
  return outcome;
}

}  // namespace cmd_boot

void add_boot(CommandLine& line) {
  using namespace cmd_boot;
  auto options = std::make_shared<Options>();
  line.group("boot", "What the device's own firmware must send after every boot");
  line.add("boot check", "Judge from a capture of the UART whether the firmware sends its boot sequence")
      .option("log", options->log,
              "The capture: raw, with times, or with the direction in front of each line; - is stdin")
      .required()
      .option("--sequence", options->sequence, "The boot sequence, a .json below boot/ (default: the only one there)")
      .examples(
          "  ec200u-pki boot check uart.log\n"
          "  ec200u-pki boot check uart.log --sequence boot/ec200u-boot-EC200UCNAAR03A03M08.json --json")
      .run([options](Context&) { return check(*options); });
}

}  // namespace epki::cli
