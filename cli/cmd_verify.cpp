#include <memory>

#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/leftovers.hpp"
#include "cli/modem_port.hpp"
#include "cli/stand_ins.hpp"
#include "cli/verify_bundle.hpp"
#include "cli/verify_chains.hpp"
#include "cli/verify_output.hpp"
#include "cli/verify_reach.hpp"
#include "cli/verify_text.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "verify/probe/name_server.hpp"
#include "verify/trial/place.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

namespace cmd_verify {

struct Options {
  std::string port{};
  std::optional<std::string> path{};
  ReachOptions reach{};
  ChainOptions chains{};
  OutputOptions output{};
  BundleOptions bundle{};
  std::optional<std::int64_t> baud{}, client{};
  std::optional<std::string> record{};
  std::int64_t repeat = 3, budget = 0, census_reboots = 20;
  bool no_reboot = false, acceptance = false, mitigate = false, timing = false;
};

/// A simulated modem's own stand-ins for public chains, which its personas know; a real one needs chains to be named.
Result<std::vector<std::string>> stand_in_files(const config::Project& project) {
  const auto folder = project.state_folder() / "replay";
  if (auto made = make_folder(folder, 0700); !made) return std::move(made).error();
  std::vector<std::string> files;
  for (const auto& chain : stand_ins()) {
    const auto file = folder / chain.name;
    if (auto written = replace_file(file, chain.pem, 0644); !written) return std::move(written).error();
    files.push_back(file.string());
  }
  return files;
}

std::vector<trial::Path> paths_of(std::string_view word) {
  if (word == "both") return {trial::Path::mqtt, trial::Path::ssl};
  return {word == "ssl" ? trial::Path::ssl : trial::Path::mqtt};
}

/// How to repeat the run, for the report. A port by its kind only: its name may hold a serial number.
std::string repeat_with(const Options& options, const transport::PortSpec& spec) {
  const bool simulated = spec.kind == transport::PortSpec::Kind::simulator;
  std::string line = "ec200u-pki verify --port " + (simulated ? options.port : std::string("PORT"));
  const auto add = [&](std::string_view flag, const std::optional<std::string>& value) {
    if (value) line += " " + std::string(flag) + " " + *value;
  };
  add("--path", options.path);
  add("--reach-as", options.reach.reach_as);
  add("--listen", options.reach.listen);
  add("--dns", options.reach.dns);
  add("--dns-as", options.reach.dns_as);
  if (options.reach.responder) line += " --responder '" + *options.reach.responder + "'";
  for (const auto& file : options.chains.replay) line += " --replay " + file;
  for (const auto& place : options.chains.publics) line += " --public " + place;
  add("--census", options.chains.census);
  add("--genuine", options.chains.genuine);
  if (options.chains.key) line += " --key KEY";
  line += " --repeat " + std::to_string(options.repeat);
  if (options.acceptance) line += " --acceptance";
  if (options.mitigate) line += " --mitigate";
  if (options.timing) line += " --timing";
  if (options.budget > 0) line += " --budget " + std::to_string(options.budget);
  return line + (options.no_reboot ? " --no-reboot" : "");
}

/// The verdict of a long run is not lost with the disk.
Outcome with_failure(Outcome outcome, Error error) {
  outcome.exit = exit_code::of(error.code);
  outcome.error = std::move(error);
  return outcome;
}

Result<Outcome> verify(const Options& options, Context& context) {
  if (options.output.save_profile && !options.acceptance)
    return Error{Errc::usage, "--save-profile needs --acceptance, which asks what it holds", {}};
  if (auto ready = check_outputs(options.output); !ready) return std::move(ready).error();
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  auto spec = transport::parse_port(options.port.empty() ? project->modem.port : options.port);
  if (!spec) return std::move(spec).error();
  const bool simulated = spec->kind == transport::PortSpec::Kind::simulator;
  std::optional<BundleKeeper> keeper;
  if (options.bundle.file) {
    auto prepared = BundleKeeper::prepare(options.bundle, *project, context);
    if (!prepared) return std::move(prepared).error();
    keeper = *std::move(prepared);
  } else if (options.bundle.sign_key) {
    return Error{Errc::usage, "--sign-key needs --bundle, which it signs", {}};
  }

  trial::Setup setup;
  if (auto placed = set_reach(options.reach, simulated, setup); !placed) return std::move(placed).error();
  auto chains = options.chains;
  const bool none_named = chains.replay.empty() && !chains.census && !chains.genuine && chains.publics.empty();
  if (options.timing && !simulated && none_named)
    return Error{Errc::usage, "--timing needs a genuine root to ask about",
                 "name a chain with --replay, or several with --census"};
  if (simulated && none_named) {
    auto files = stand_in_files(*project);
    if (!files) return std::move(files).error();
    chains.replay = *std::move(files);
  }
  auto for_chains = set_chains(chains, context, setup);
  if (!for_chains) return std::move(for_chains).error();
  std::vector<std::string> names{setup.reach_host};
  names.insert(names.end(), for_chains->begin(), for_chains->end());
  setup.paths = paths_of(options.path.value_or(options.mitigate ? "both" : "mqtt"));
  setup.client = static_cast<int>(options.client.value_or(project->modem.client));
  setup.context = static_cast<int>(project->modem.ssl_context);
  setup.pdp = static_cast<int>(project->modem.pdp_context);
  setup.apn = project->modem.apn;
  setup.key_type = ossl::parse_key_type(project->ca.key).value_or(ossl::KeyType::rsa_2048);
  setup.repeat = static_cast<int>(options.repeat);
  setup.budget = static_cast<int>(options.budget);
  setup.allow_reboot = !options.no_reboot;
  setup.mutual = project->broker.mutual;
  setup.acceptance = options.acceptance;
  setup.mitigate = options.mitigate;
  setup.timing = options.timing;
  setup.keep_exhibits = keeper.has_value();
  setup.census_reboots = static_cast<int>(options.census_reboots);
  setup.worker = {{context.executable.string(), "__oracle"}};
  setup.registration_limit = std::chrono::seconds(project->provision.registration_seconds);

  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  spec->record = options.record.value_or("");
  auto responder = trial::start_responder(setup, context.cancel);
  if (!responder) return std::move(responder).error();
  const auto* const dns = (*responder)->names();
  auto modem = open_modem(*spec, *project, options.baud.value_or(project->modem.baud), names, context,
                          dns != nullptr ? dns->port() : std::uint16_t{0},
                          keeper ? keeper->sink() : std::function<void(std::string_view)>{});
  if (!modem) return std::move(modem).error();
  if (auto undone = undo_leftovers(*modem->engine, *ledger, context.reporter, context); !undone)
    return std::move(undone).error();
  const trial::Surroundings around{*ledger,
                                   context.clock,
                                   context.random,
                                   context.reporter,
                                   context.cancel,
                                   responder->get(),
                                   keeper ? keeper->line_counter() : std::function<std::size_t()>{}};
  auto report = trial::run(*modem->engine, modem->name, setup, around);
  if (!report) return std::move(report).error();
  Outcome outcome{.exit = report->exit_code(), .text = text_of(*report), .document = report->json()};
  const auto repeat = repeat_with(options, *spec);
  if (keeper) {
    auto bundled =
        keeper->write(*report, repeat, setup.reach_port != 0 ? setup.reach_port : (*responder)->port(), context);
    if (!bundled) return with_failure(std::move(outcome), std::move(bundled).error());
    outcome.text += "  Written: " + bundled->file + ", signed by " + bundled->signer +
                    "\n  Tell its receiver this fingerprint by another way: verify recheck --key pins it.\n";
    outcome.document.set("bundle", Json::object({{"file", bundled->file}, {"signer", bundled->signer}}));
  }
  auto written = write_outputs(options.output, *report, setup, repeat, context);
  if (!written) return with_failure(std::move(outcome), std::move(written).error());
  for (const auto& file : *written) outcome.text += "  Written: " + file + "\n";
  return outcome;
}

}  // namespace cmd_verify

void add_verify(CommandLine& line) {
  using namespace cmd_verify;
  auto options = std::make_shared<Options>();
  auto command =
      line.add("verify", "Find out by measurement what the modem's TLS client really trusts")
          .option("-p,--port", options->port,
                  "auto, a path, tcp:HOST:PORT, exec:COMMAND or sim[:PERSONA] (default: the project's)")
          .option("--baud", options->baud, "Line speed (default: the project's, 115200)", 1200, 2000000)
          .option("--record", options->record, "Save the conversation into this new file; personal numbers are masked")
          .choice(
              "--path", options->path,
              "Which of the modem's TLS clients: that of the MQTT commands, that of the SSL sockets, or each in turn "
              "(default: mqtt; with --mitigate both)",
              {"mqtt", "ssl", "both"})
          .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
          .option("--listen", options->reach.listen,
                  "ADDR:PORT the responder listens on (default: 0.0.0.0 and the port of --reach-as)")
          .option("--reach-as", options->reach.reach_as,
                  "NAME:PORT under which the modem reaches the responder; needed for a real modem")
          .option("--dns", options->reach.dns,
                  "ADDR:PORT for a DNS responder; the modem is pointed at it (AT+QIDNSCFG), so that replayed names "
                  "lead here")
          .option("--dns-as", options->reach.dns_as,
                  "The responder's address as the modem reaches it (default: that of --reach-as's name)")
          .option("--responder", options->reach.responder,
                  "Command that runs the responder on another host: 'ssh HOST ec200u-pki respond --stdio'")
          .option("--replay", options->chains.replay, "PEM files of genuine public chains: leaf, intermediates, root")
          .option("--census", options->chains.census,
                  "A folder of such files: which of their roots count though nobody uploaded them")
          .option("--public", options->chains.publics,
                  "HOST:PORT of live public servers that the modem opens itself; their chains are replayed as well")
          .option("--genuine", options->chains.genuine,
                  "PEM file of your own certificate under a public root, leaf first, root last; shown with its key")
          .option("--key", options->chains.key,
                  "The private key of --genuine's certificate; it is not uploaded anywhere")
          .option("--roots", options->chains.roots,
                  "PEM file of the public roots for --public (default: this system's)")
          .option("--census-reboots", options->census_reboots, "The most restarts of the census (default: 20)", 0, 100)
          .option(
              "--repeat", options->repeat,
              "How often a decisive probe must give the same answer (default: 3); on a line that loses answers more", 1,
              20)
          .option("--budget", options->budget,
                  "The most handshakes, of all paths; the best answer within it. 0 is no limit (default: 0)", 0, 1000)
          .flag("--no-reboot", options->no_reboot,
                "Never reboot the modem; the evidence is weaker, and the report says so")
          .flag("--acceptance", options->acceptance,
                "Ask as well which keys, digests, lengths, names and file forms this firmware takes")
          .option("--save-profile", options->output.save_profile,
                  "With --acceptance: write what is taken as a certificate profile, for init and lint --profile")
          .flag("--mitigate", options->mitigate,
                "Where more is trusted than was uploaded: try every SSL setting for one that switches it off")
          .flag("--timing", options->timing,
                "Beside the verdict, never part of it: does the modem take longer over a ladder of certificates in the "
                "name of a genuine root? 13 to some 60 connections for each kind of key and 25 to some 120 for each "
                "root: "
                "about three minutes with one root on a real modem, and 15 at the most")
          .option("--report", options->output.report,
                  "Write the report to this new HTML file, for a customer to read, and the JSON beside it")
          .option("--save-policy", options->output.save_policy,
                  "Write what was measured to this new persona file, which --port sim:FILE plays")
          .option(
              "--bundle", options->bundle.file,
              "Write all evidence to this new file, signed: wire bytes, AT log, chains, opinions; verify recheck reads "
              "it")
          .option("--sign-key", options->bundle.sign_key,
                  "PEM file of the private key that signs the bundle (default: the project's evidence key)")
          .examples(
              "  ec200u-pki verify --port sim:union\n"
              "  ec200u-pki verify --port sim:union --report union.html --save-policy union.toml\n"
              "  ec200u-pki verify --port sim:union --path both --budget 40\n"
              "  ec200u-pki verify --port sim:union --bundle evidence.tar\n"
              "  ec200u-pki verify --port sim:union --mitigate --acceptance --save-profile firmware.toml\n"
              "  ec200u-pki verify --port sim:union --timing\n"
              "  ec200u-pki verify --port /dev/ttyUSB0 --reach-as probe.example.com:8884 --census chains "
              "--responder 'ssh probe.example.com ec200u-pki respond --stdio --dns 0.0.0.0:53'\n"
              "  ec200u-pki verify --port /dev/ttyUSB0 --reach-as probe.example.com:8884 --replay amazon.pem isrg.pem "
              "--json")
          .run([options](Context& context) { return verify(*options, context); });
  add_passphrase_options(command, options->bundle.passphrase);
}

}  // namespace epki::cli
