#include <memory>

#include "cli/boot_file.hpp"
#include "cli/commands.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "provision/plan/boot_check.hpp"
#include "provision/plan/capture_text.hpp"

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

Result<Outcome> check(const Options& options, const Context& context) {
  auto sequence = read_boot_sequence(options.sequence);
  if (!sequence) return std::move(sequence).error();
  auto log = read_file(options.log == "-" ? "/dev/stdin" : options.log);
  if (!log) return std::move(log).error();
  auto capture = plan::capture_text(*std::move(log));
  if (!capture) return std::move(capture).error().in(options.log);
  if (!capture->read_as.empty()) context.reporter.step("read " + options.log + " as " + capture->read_as);
  const auto verdict = plan::check_boot(plan::read_capture(capture->text), *sequence);
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
              "The capture: raw, with times, or with the direction in front of each line; UTF-16, as tools on Windows "
              "write it, is read too; - is stdin")
      .required()
      .option("--sequence", options->sequence, "The boot sequence, a .json below boot/ (default: the only one there)")
      .examples(
          "  ec200u-pki boot check uart.log\n"
          "  ec200u-pki boot check uart.log --sequence boot/ec200u-boot-EC200UCNAAR03A03M08.json --json")
      .run([options](Context& context) { return check(*options, context); });
}

}  // namespace epki::cli
