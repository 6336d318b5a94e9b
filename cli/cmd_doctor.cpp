#include <memory>

#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/leftovers.hpp"
#include "cli/modem_port.hpp"
#include "cli/provision_job.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "provision/doctor/doctor.hpp"

namespace epki::cli {

namespace cmd_doctor {

struct Options {
  std::optional<std::string> port{}, record{};
  std::optional<std::int64_t> baud{}, context{}, client{};
};

doctor::Wanted wanted_of(const ProvisionJob& job, const transport::PortSpec& spec, const std::string& port) {
  const auto& p = job.project;
  doctor::Wanted wanted{.port = port,
                        .ca_pem = job.wanted.ca_pem,
                        .ca_file = plan::file_name_for(job.wanted.ca_pem),
                        .host = job.wanted.host,
                        .port_number = job.wanted.port,
                        .context = job.wanted.context,
                        .client = job.wanted.client,
                        .pdp = job.wanted.pdp,
                        .mutual = p.broker.mutual,
                        .provision_command = "ec200u-pki provision --port " + port,
                        .verify_command = "ec200u-pki verify --port " + port};
  // Which client files they are does not matter here: their own check looks at them.
  const auto settings = plan::ssl_settings(
      wanted.mutual ? plan::BoundFiles{.ca = {}, .client_certificate = "x", .client_key = "x"} : plan::BoundFiles{});
  for (const auto& setting : settings)
    if (!plan::is_file_key(setting.key))
      wanted.settings.push_back({setting.key, setting.value, plan::is_required(setting.key)});
  wanted.verdict_settings = plan::settings_key(settings);
  if (auto anchors = read_file(p.broker_folder() / "certs/client-ca.pem"))
    wanted.client_anchors_pem = *std::move(anchors);
  wanted.simulated = spec.kind == transport::PortSpec::Kind::simulator;
  if (wanted.simulated) wanted.host_address = broker::reachable_at(p);
  return wanted;
}

Outcome told(const doctor::Diagnosis& diagnosis) {
  Outcome outcome;
  outcome.exit = diagnosis.exit_code();
  outcome.text = diagnosis.text();
  outcome.document = diagnosis.json();
  return outcome;
}

// A port that does not open is the first check, not the end of the command. Why it does not is the exit code: a port
// that may not be opened is there.
Outcome port_failed(const doctor::Wanted& wanted, const Error& error) {
  auto outcome = told(doctor::unopened(wanted, error));
  outcome.exit = exit_code::of(error.code);
  outcome.error = error;
  return outcome;
}

Result<Outcome> examine(const Options& options, Context& context) {
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  auto job = make_provision_job(*std::move(project), {options.context, options.client, options.baud});
  if (!job) return std::move(job).error();
  const auto port = options.port.value_or(job->project.modem.port);
  auto spec = transport::parse_port(port);
  if (!spec) return std::move(spec).error();
  spec->record = options.record.value_or("");
  auto ledger = open_ledger_to_read(job->project, context);
  if (!ledger) return std::move(ledger).error();
  const auto wanted = wanted_of(*job, *spec, port);

  auto modem = open_modem(*spec, job->project, job->baud, job->simulated_names, context);
  if (!modem) {
    if (modem.error().code != Errc::modem_gone && modem.error().code != Errc::disk) return std::move(modem).error();
    return port_failed(wanted, modem.error());
  }
  // Only what a cut run left is put back. A modem that cannot even be asked is what the examination is about.
  if (auto undone = undo_leftovers(*modem->engine, *ledger, context.reporter, context); !undone) {
    if (undone.error().code != Errc::modem_gone && undone.error().code != Errc::modem_refused)
      return std::move(undone).error();
    context.reporter.warning(undone.error().what);
  }
  auto diagnosis =
      doctor::examine(*modem->engine, modem->name, wanted, {*ledger, context.clock, context.reporter, context.cancel});
  if (!diagnosis) return std::move(diagnosis).error();
  return told(*diagnosis);
}

}  // namespace cmd_doctor

void add_doctor(CommandLine& line) {
  using namespace cmd_doctor;
  auto options = std::make_shared<Options>();
  line.add("doctor", "Find out why a modem does not connect: ordered checks, the first cause named, nothing changed")
      .option("-p,--port", options->port,
              "auto, a path, tcp:HOST:PORT, exec:COMMAND or sim[:PERSONA] (default: the project's)")
      .option("--baud", options->baud, "Line speed (default: the project's, 115200)", 1200, 2000000)
      .option("--record", options->record, "Save the conversation into this new file; personal numbers are masked")
      .option("--context", options->context, "SSL context to look at (default: the project's, 1)", 0, 5)
      .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
      .examples(
          "  ec200u-pki doctor\n"
          "  ec200u-pki doctor --port /dev/ttyUSB0 --json\n"
          "  ec200u-pki doctor --port tcp:192.168.1.20:4001 -v")
      .run([options](Context& context) { return examine(*options, context); });
}

}  // namespace epki::cli
