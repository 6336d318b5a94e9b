#include <algorithm>
#include <memory>

#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/leftovers.hpp"
#include "cli/modem_port.hpp"
#include "cli/stand_ins.hpp"
#include "cli/verify_reach.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/name_server.hpp"
#include "verify/trial/census_files.hpp"
#include "verify/trial/place.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

namespace cmd_verify {

struct Options {
  std::string port{};
  std::optional<std::string> path{}, census{};
  ReachOptions reach{};
  std::optional<std::int64_t> baud{}, client{};
  std::vector<std::string> replay{};
  std::int64_t repeat = 3, budget = 0, census_reboots = 20;
  bool no_reboot = false;
};

// The chains to replay: those given, or for a simulated modem the stand-ins its personas know.
Result<std::vector<std::string>> replays(const Options& options, const config::Project& project, bool simulated) {
  if (!options.replay.empty() || options.census || !simulated) return options.replay;
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

std::string padded(std::string text, std::size_t width) {
  text.append(text.size() < width ? width - text.size() : 1, ' ');
  return text;
}

/// One line for all equal attempts of a probe: repetitions are evidence, not reading matter.
struct Line {
  std::string path, id, server, modem, oracle;
  std::size_t count = 0;
};

std::vector<Line> lines_of(const std::vector<trial::ProbeRecord>& probes) {
  std::vector<Line> lines;
  for (const auto& probe : probes) {
    const Line line{probe.path, probe.id, probe.alert ? "alert " + std::to_string(*probe.alert) : probe.stage, probe.at_result,
                    probe.oracle_uploaded, 1};
    const auto same = std::find_if(lines.begin(), lines.end(), [&](const Line& known) {
      return known.path == line.path && known.id == line.id && known.server == line.server && known.modem == line.modem &&
             known.oracle == line.oracle;
    });
    if (same == lines.end()) {
      lines.push_back(line);
    } else {
      ++same->count;
    }
  }
  return lines;
}

std::string table_of(const std::vector<trial::ProbeRecord>& probes) {
  std::string text = "  " + padded("path", 6) + padded("probe", 22) + padded("times", 6) + padded("the server saw", 18) +
                     padded("the modem said", 30) + "oracle, uploaded CA alone\n";
  for (const auto& line : lines_of(probes))
    text += "  " + padded(line.path, 6) + padded(line.id, 22) + padded(std::to_string(line.count), 6) + padded(line.server, 18) +
            padded(line.modem, 30) + line.oracle + "\n";
  return text;
}

std::string rows_of(const infer::Policy& policy) {
  std::string text;
  const auto rows = policy.json();
  const auto add = [&](const std::string& row, const Json& value) {
    const auto words = value.integer() ? std::to_string(*value.integer()) : value.text_or("unknown");
    text += (text.empty() ? "" : ", ") + row + " " + words;
  };
  for (const auto& [row, value] : rows.members()) {
    if (!value.is_object()) add(row, value);
    for (const auto& [knob, effect] : value.members()) add(knob, effect);
  }
  return text;
}

std::string text_of(const trial::PathVerdict& verdict) {
  std::string text = "\nVerdict for " + verdict.path + ": " + std::string(infer::word(verdict.verdict_class)) + "\n  " +
                     verdict.because + "\n";
  for (const auto& anchor : verdict.anchors_found)
    text += "  Trusted though nobody uploaded it: " + anchor.subject + "\n";
  text += "  Built-in influence: " + std::string(infer::word(verdict.influence)) + "; " +
          counted(verdict.anchors_tried, "anchor") + " tried.\n";
  text += "  Policy: " + rows_of(verdict.policy) + ".\n";
  if (verdict.stack.name != "unknown")
    text += "  TLS library: looks like " + verdict.stack.name + ", as " + verdict.stack.shown_by.front() + ".\n";
  if (!verdict.odds.empty()) text += "  " + verdict.odds + "\n";
  if (!verdict.next_step.empty()) text += "  Next: " + verdict.next_step + "\n";
  return text;
}

std::string text_of(const trial::Report& report) {
  std::string text = report.port + ": " + report.identity.model + " " + report.identity.firmware + ", IMEI " +
                     report.identity.imei + "\n\n" + table_of(report.probes);
  for (const auto& verdict : report.verdicts) text += text_of(verdict);
  text += "  Judged beside " + report.oracle.name + " " + report.oracle.version + "; " +
          counted(static_cast<std::size_t>(report.handshakes), "handshake") + ", " +
          counted(static_cast<std::size_t>(report.reboots), "reboot") + ". --json has every attempt.\n";
  return text;
}

Result<Outcome> verify(const Options& options, Context& context) {
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  auto spec = transport::parse_port(options.port.empty() ? project->modem.port : options.port);
  if (!spec) return std::move(spec).error();
  const bool simulated = spec->kind == transport::PortSpec::Kind::simulator;

  trial::Setup setup;
  if (auto placed = set_reach(options.reach, simulated, setup); !placed) return std::move(placed).error();
  auto files = replays(options, *project, simulated);
  if (!files) return std::move(files).error();
  setup.replay_files = *std::move(files);
  std::vector<std::string> names{setup.reach_host};
  if (options.census) {
    auto census = trial::census_files(*options.census);
    if (!census) return std::move(census).error();
    setup.census = *std::move(census);
    for (const auto& file : setup.census) {
      const auto genuine = probe::read_genuine(file);  // one that is none is a warning later
      if (genuine && std::find(names.begin(), names.end(), genuine->host) == names.end()) names.push_back(genuine->host);
    }
  }
  for (const auto& file : setup.replay_files) {
    auto genuine = probe::read_genuine(file);
    if (!genuine) return std::move(genuine).error();
    if (std::find(names.begin(), names.end(), genuine->host) == names.end()) names.push_back(genuine->host);
  }
  setup.paths = paths_of(options.path.value_or("mqtt"));
  setup.client = static_cast<int>(options.client.value_or(project->modem.client));
  setup.context = static_cast<int>(project->modem.ssl_context);
  setup.pdp = static_cast<int>(project->modem.pdp_context);
  setup.apn = project->modem.apn;
  setup.key_type = ossl::parse_key_type(project->ca.key).value_or(ossl::KeyType::rsa_2048);
  setup.repeat = static_cast<int>(options.repeat);
  setup.budget = static_cast<int>(options.budget);
  setup.allow_reboot = !options.no_reboot;
  setup.census_reboots = static_cast<int>(options.census_reboots);
  setup.worker = {{context.executable.string(), "__oracle"}};
  setup.registration_limit = std::chrono::seconds(project->provision.registration_seconds);

  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  auto responder = trial::start_responder(setup, context.cancel);
  if (!responder) return std::move(responder).error();
  const auto* const dns = (*responder)->names();
  auto modem = open_modem(*spec, *project, options.baud.value_or(project->modem.baud), names, context,
                          dns != nullptr ? dns->port() : std::uint16_t{0});
  if (!modem) return std::move(modem).error();
  if (setup.allow_reboot && vanishes_on_restart(*spec, *modem)) {
    setup.allow_reboot = false;
    context.reporter.warning(
        "this is a USB port, which vanishes when the modem restarts: going on without a restart. Restart the modem by "
        "hand before the run, or use its UART, for the strongest evidence");
  }
  if (auto undone = undo_leftovers(*modem->engine, *ledger, context.reporter, context); !undone)
    return std::move(undone).error();
  const trial::Surroundings around{*ledger, context.clock, context.random, context.reporter, context.cancel,
                                  responder->get()};
  auto report = trial::run(*modem->engine, modem->name, setup, around);
  if (!report) return std::move(report).error();
  for (const auto& warning : report->warnings) context.reporter.warning(warning);
  return Outcome{.exit = report->exit_code(), .text = text_of(*report), .document = report->json()};
}

}  // namespace cmd_verify

void add_verify(CommandLine& line) {
  using namespace cmd_verify;
  auto options = std::make_shared<Options>();
  line.add("verify", "Find out by measurement what the modem's TLS client really trusts")
      .option("-p,--port", options->port, "auto, a path, tcp:HOST:PORT or sim[:PERSONA] (default: the project's)")
      .option("--baud", options->baud, "Line speed (default: the project's, 115200)", 1200, 2000000)
      .choice("--path", options->path,
              "Which of the modem's TLS clients: that of the MQTT commands, that of the SSL sockets, or each in turn "
              "(default: mqtt)",
              {"mqtt", "ssl", "both"})
      .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
      .option("--listen", options->reach.listen,
              "ADDR:PORT the responder listens on (default: 0.0.0.0 and the port of --reach-as)")
      .option("--reach-as", options->reach.reach_as,
              "NAME:PORT under which the modem reaches the responder; needed for a real modem")
      .option("--dns", options->reach.dns,
              "ADDR:PORT for a DNS responder; the modem is pointed at it (AT+QIDNSCFG), so that replayed names lead here")
      .option("--dns-as", options->reach.dns_as,
              "The responder's address as the modem reaches it (default: that of --reach-as's name)")
      .option("--responder", options->reach.responder,
              "Command that runs the responder on another host: 'ssh HOST ec200u-pki respond --stdio'")
      .option("--replay", options->replay, "PEM files of genuine public chains: leaf, intermediates, root")
      .option("--census", options->census,
              "A folder of such files: which of their roots count though nobody uploaded them")
      .option("--census-reboots", options->census_reboots, "The most restarts of the census (default: 20)", 0, 100)
      .option("--repeat", options->repeat,
              "How often a decisive probe must give the same answer (default: 3); on a line that loses answers more", 1,
              20)
      .option("--budget", options->budget,
              "The most handshakes, of all paths; the best answer within it. 0 is no limit (default: 0)", 0, 1000)
      .flag("--no-reboot", options->no_reboot, "Never reboot the modem; the evidence is weaker, and the report says so")
      .examples(
          "  ec200u-pki verify --port sim:union\n"
          "  ec200u-pki verify --port sim:union --path both --budget 40\n"
          "  ec200u-pki verify --port /dev/ttyUSB0 --reach-as probe.example.com:8884 --census chains "
          "--responder 'ssh probe.example.com ec200u-pki respond --stdio --dns 0.0.0.0:53'\n"
          "  ec200u-pki verify --port /dev/ttyUSB0 --reach-as probe.example.com:8884 --replay amazon.pem isrg.pem "
          "--json")
      .run([options](Context& context) { return verify(*options, context); });
}

}  // namespace epki::cli
