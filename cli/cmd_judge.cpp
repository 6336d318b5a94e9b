#include <memory>

#include "cli/commands.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "verify/oracle/oracle.hpp"

namespace epki::cli {

namespace cmd_judge {

struct Options {
  std::vector<std::string> trusted{};
  std::string chain{};
  std::string host{};
  std::optional<std::string> at{};
};

int exit_of(oracle::Verdict verdict) {
  switch (verdict) {
    case oracle::Verdict::accept: return exit_code::done;
    case oracle::Verdict::reject: return exit_code::no;
    case oracle::Verdict::undecided: return exit_code::inconclusive;
  }
  return exit_code::inconclusive;
}

Result<Outcome> judge(const Options& options, Context& context) {
  oracle::Question question{.trusted_pem = {}, .chain_pem = {}, .host = options.host, .at = context.clock.now()};
  if (options.at) {
    const auto at = parse_rfc3339(*options.at);
    if (!at)
      return Error{Errc::usage, "--at " + *options.at + " is no RFC 3339 moment", "write it as 2027-03-01T12:00:00Z"};
    question.at = *at;
  }
  for (const auto& file : options.trusted) {
    auto pem = read_file(file);
    if (!pem) return std::move(pem).error();
    question.trusted_pem.push_back(*std::move(pem));
  }
  auto chain = read_file(options.chain);
  if (!chain) return std::move(chain).error();
  question.chain_pem = *std::move(chain);

  auto opinion = oracle::judge(question, {{context.executable.string(), "__oracle"}});
  if (!opinion) return std::move(opinion).error();
  const auto oracle_version = oracle::version();
  Outcome outcome;
  outcome.exit = exit_of(opinion->verdict);
  outcome.text = std::string(oracle::word(opinion->verdict)) + ": " + opinion->reason + "\n" + "judged by " +
                 oracle_version.name + " " + oracle_version.version + " for " + rfc3339(question.at) + "\n";
  outcome.document.set("verdict", oracle::word(opinion->verdict))
      .set("reason", opinion->reason)
      .set("codes", Json::array_of(opinion->codes))
      .set("at", rfc3339(question.at))
      .set("oracle", Json::object({{"name", oracle_version.name}, {"version", oracle_version.version}}));
  return outcome;
}

}  // namespace cmd_judge

void add_judge(CommandLine& line) {
  using namespace cmd_judge;
  auto options = std::make_shared<Options>();
  line.add("judge", "Ask the oracle alone: is this chain valid under these trust anchors, for this name, at this time")
      .option("--trusted", options->trusted, "PEM files of the trust anchors")
      .required()
      .option("--chain", options->chain, "PEM file of the chain, end-entity certificate first")
      .required()
      .option("--host", options->host, "Name or IP address the certificate must carry; without it no name is checked")
      .option("--at", options->at, "Moment of use, RFC 3339 (default: now)")
      .examples(
          "  ec200u-pki judge --trusted ca/root.pem --chain broker/certs/server.pem --host broker.example.com\n"
          "  ec200u-pki judge --trusted ca/root.pem --chain chain.pem --at 2027-03-01T12:00:00Z --json")
      .run([options](Context& context) { return judge(*options, context); });
}

}  // namespace epki::cli
