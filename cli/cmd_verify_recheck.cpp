#include <memory>

#include "cli/commands.hpp"
#include "cli/context.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "verify/bundle/recheck.hpp"

namespace epki::cli {

namespace cmd_verify_recheck {

// A census of all public roots on both paths is some 100 MiB.
constexpr std::size_t largest_bundle = std::size_t{2} << 30U;

struct Options {
  std::string file{};
  std::optional<std::string> key{};
};

Result<Outcome> recheck(const Options& options, Context& context) {
  auto bytes = read_file(options.file, largest_bundle);
  if (!bytes) return std::move(bytes).error();
  auto opened = bundle::open(*bytes, options.key.value_or(""));
  if (!opened) {
    auto error = std::move(opened).error();
    error.what = options.file + ": " + error.what;
    return error;
  }
  auto again = bundle::recheck(*opened, {{context.executable.string(), "__oracle"}}, context.reporter, context.cancel);
  if (!again) {
    auto error = std::move(again).error();
    error.what = options.file + ": " + error.what;
    return error;
  }
  Outcome outcome{.exit = again->stands() ? exit_code::done : exit_code::no};
  outcome.document = again->json();
  outcome.document.set("action", "recheck");
  outcome.document.set("signer", Json::object({{"sha256", opened->signer}, {"pinned", options.key.has_value()}}));
  outcome.document.set("bundle", Json::object({{"file", options.file},
                                               {"tool", opened->tool},
                                               {"created", opened->created},
                                               {"members", opened->members.size()}}));
  outcome.text = options.file + ": " + opened->tool + ", " + opened->created + "\nUnaltered since it was signed by " +
                 opened->signer + "\n" + again->text();
  if (!options.key)
    outcome.text +=
        "Who signed is not known: compare the fingerprint with its sender by another way, and give it with --key.\n";
  return outcome;
}

}  // namespace cmd_verify_recheck

void add_verify_recheck(CommandLine& line) {
  using namespace cmd_verify_recheck;
  auto options = std::make_shared<Options>();
  line.add("verify recheck", "Conclude the verdict of an evidence bundle again, with no modem and no network")
      .option("bundle", options->file, "The file that verify --bundle wrote")
      .required()
      .option("--key", options->key,
              "SHA-256 fingerprint of the key that must have signed it, as verify --bundle printed it")
      .examples(
          "  ec200u-pki verify recheck evidence.tar\n"
          "  ec200u-pki verify recheck evidence.tar --key "
          "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08\n"
          "  ec200u-pki verify recheck evidence.tar --json")
      .run([options](Context& context) { return recheck(*options, context); });
}

}  // namespace epki::cli
