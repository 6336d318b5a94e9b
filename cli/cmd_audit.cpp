#include <memory>

#include "cli/commands.hpp"
#include "cli/provision_job.hpp"
#include "core/exit_code.hpp"
#include "provision/plan/audit.hpp"

namespace epki::cli {

namespace cmd_audit {

struct Options {
  std::vector<std::string> ports{};
  std::optional<std::int64_t> baud{}, context{}, client{};
  bool deep = false, mutual = false;
};

Result<Outcome> audit(const Options& options, Context& context) {
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  auto job = make_provision_job(*std::move(project), {options.context, options.client, options.baud, options.mutual});
  if (!job) return std::move(job).error();
  job->options.deep = options.deep;
  auto ports = options.ports;
  if (ports.empty()) ports.push_back(job->project.modem.port);
  auto specs = parse_ports(ports);
  if (!specs) return std::move(specs).error();
  Outcome outcome;
  Json devices = Json::array();
  for (std::size_t i = 0; i < specs->size(); ++i) {
    auto report = audit_one((*specs)[i], *job, context, context.reporter);
    if (report) {
      outcome.exit = exit_code::worse(outcome.exit, report->as_planned() ? exit_code::done : exit_code::no);
      outcome.text += report->text();
      devices.push(report->json());
      continue;
    }
    outcome.exit = exit_code::worse(outcome.exit, exit_code::of(report.error().code));
    devices.push(Json::object({{"port", ports[i]}, {"as_planned", nullptr}}));
    if (!outcome.error) outcome.error = std::move(report).error();
  }
  outcome.document.set("devices", devices);
  return outcome;
}

}  // namespace cmd_audit

void add_audit(CommandLine& line) {
  using namespace cmd_audit;
  auto options = std::make_shared<Options>();
  line.add("audit", "After the product's own boot: compare everything on the modem with the plan; nothing is changed")
      .option("-p,--port", options->ports,
              "auto, a path, tcp:HOST:PORT or sim[:PERSONA]; repeatable (default: the project's)")
      .option("--baud", options->baud, "Line speed (default: the project's, 115200)", 1200, 2000000)
      .option("--context", options->context, "SSL context to compare (default: the project's, 1)", 0, 5)
      .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
      .flag("--mutual", options->mutual, "The device has a certificate of its own (default: [broker] mutual)")
      .flag("--deep", options->deep, "Read files back even where the ledger knows them")
      .examples(
          "  ec200u-pki audit --port /dev/ttyUSB0\n"
          "  ec200u-pki audit --port tcp:192.168.1.20:4001 --deep --json")
      .run([options](Context& context) { return audit(*options, context); });
}

}  // namespace epki::cli
