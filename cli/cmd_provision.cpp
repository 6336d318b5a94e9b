#include <algorithm>
#include <memory>
#include <thread>

#include "cli/client_issuer.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/modem_port.hpp"
#include "cli/next_steps.hpp"
#include "cli/provision_job.hpp"
#include "core/exit_code.hpp"
#include "provision/plan/provision.hpp"

namespace epki::cli {

namespace cmd_provision {

struct Options {
  std::vector<std::string> ports{};
  std::optional<std::int64_t> baud{}, context{}, client{};
  std::optional<std::string> record{};
  bool dry_run = false, show = false, reboot_check = false, no_connect = false, deep = false, mutual = false,
       rotate = false;
  std::optional<std::string> name_from{}, serial{}, key{}, profile{}, key_password_file{};
  PassphraseOptions passphrase{};
};

/// One device's result: a report, or why there is none.
struct Device {
  std::string port;
  std::optional<plan::DeviceReport> report{};
  std::optional<plan::ShowReport> shown{};
  std::optional<Error> error{};
};

// Says which modem a sentence is about when several are worked on at once.
class NamedReporter final : public Reporter {
 public:
  NamedReporter(Reporter& below, std::string name) : below_(below), name_(std::move(name)) {}
  void step(std::string_view sentence) override { below_.step(name_ + ": " + std::string(sentence)); }
  void detail(std::string_view sentence) override { below_.detail(name_ + ": " + std::string(sentence)); }
  void warning(std::string_view sentence) override { below_.warning(name_ + ": " + std::string(sentence)); }
  void progress(std::string_view, std::uint64_t, std::uint64_t) override {}  // bars of several modems would mix

 private:
  Reporter& below_;
  std::string name_;
};

Result<Device> work_on(const transport::PortSpec& spec, const ProvisionJob& job, bool show, Context& context,
                       Reporter& reporter) {
  if (show) {
    auto modem = open_for(spec, job, context, reporter);
    if (!modem) return std::move(modem).error();
    auto shown = plan::show(*modem->engine, modem->name);
    if (!shown) return std::move(shown).error();
    return Device{.port = modem->name, .shown = *std::move(shown)};
  }
  auto report = provision_one(spec, job, context, reporter, nullptr);
  if (!report) return std::move(report).error();
  return Device{.port = report->port, .report = *std::move(report)};
}

/// "untested: why", "refused. how it was seen".
std::string control_text(plan::Protection seen, const std::string& note) {
  const std::string said(word(seen));
  if (note.starts_with(said + ":")) return note;
  return note.empty() ? said : said + ". " + note;
}

std::string text_of(const plan::DeviceReport& report, bool dry_run) {
  std::string text = report.port + ": ";
  if (!report.identity.imei.empty())
    text += report.identity.model + " " + report.identity.firmware + ", IMEI " + report.identity.imei + "\n";
  else
    text += "\n";
  if (dry_run) {
    text += "  plan:\n";
    for (const auto& action : report.plan) text += "    " + plan::describe(action) + "\n";
  }
  for (const auto& file : report.files)
    text += "  " + file.name + ", " + std::to_string(file.size) +
            " bytes: " + (file.uploaded ? "uploaded, " : "nothing uploaded, ") +
            (file.verified ? file.evidence : "NOT VERIFIED") + "\n";
  if (report.client)
    text += "  client certificate: " + report.client->name + ", serial " + report.client->id.serial +
            (report.client_issued ? ", issued" : ", already there") + "\n";
  if (report.connect.result)
    text += "  broker: " + std::string(report.connect.opened ? "connected" : "not connected") + " (" +
            *report.connect.result + ")" + (report.connect.published ? ", published and read back" : "") + "\n";
  if (report.protection.unknown_ca != plan::Protection::untested || !report.protection.unknown_ca_note.empty())
    text += "  wrong CA: " + control_text(report.protection.unknown_ca, report.protection.unknown_ca_note) +
            "\n  wrong name: " + control_text(report.protection.wrong_host, report.protection.wrong_host_note) + "\n";
  for (const auto& path : report.boot_files) text += "  boot sequence: " + path + "\n";
  if (report.status != plan::DeviceStatus::planned)
    text += "  " + std::string(word(report.status)) + (report.sentence.empty() ? "" : ": " + report.sentence) + "\n";
  return text;
}

// How device certificates are named and made.
Status take_client_options(const Options& options, ProvisionJob& job, Context& context) {
  const bool mutual = job.wanted.mutual;
  if (!mutual && (options.name_from || options.serial || options.key || options.profile || options.key_password_file))
    return Error{Errc::usage,
                 "--name-from, --serial, --key, --profile and --key-password-file are about client certificates",
                 "add --mutual, or set [broker] mutual = true"};
  if (options.serial && options.name_from.value_or("serial") != "serial")
    return Error{Errc::usage, "--serial names the device, and so does --name-from " + *options.name_from,
                 "give one of the two"};
  if (options.serial && options.ports.size() > 1)
    return Error{Errc::usage, "--serial is the number of one device, and several ports are given",
                 "run provision once for each device"};
  if (options.name_from) job.wanted.name_from = plan::parse_name_from(*options.name_from);
  if (options.serial) job.wanted.name_from = plan::NameFrom::serial;
  job.wanted.serial_number = options.serial.value_or("");
  if (options.key_password_file) {
    auto password = read_key_password(*options.key_password_file);
    if (!password) return std::move(password).error();
    job.wanted.key_password = *std::move(password);
  }
  if (mutual)
    job.issue_client = make_client_issuer(job.project,
                                          {.passphrase = options.passphrase,
                                           .key = options.key,
                                           .profile = options.profile,
                                           .key_password = job.wanted.key_password},
                                          context);
  return success();
}

Json failed_device(const Device& device) {
  plan::DeviceReport report;
  report.port = device.port;
  report.error = device.error;
  return report.json();
}

Outcome told(std::vector<Device>& devices, bool dry_run, bool show) {
  Outcome outcome;
  Json list = Json::array();
  std::vector<std::pair<std::string, Error>> failed;
  for (auto& device : devices) {
    if (device.report) {
      outcome.exit = exit_code::worse(outcome.exit, device.report->exit_code());
      outcome.text += text_of(*device.report, dry_run);
      list.push(device.report->json());
      if (device.report->error) failed.emplace_back(device.port, *device.report->error);
    } else if (device.shown) {
      outcome.text += device.shown->text();
      list.push(device.shown->json());
    } else {
      outcome.exit = exit_code::worse(outcome.exit, exit_code::of(device.error->code));
      list.push(show ? Json::object({{"port", device.port}}) : failed_device(device));
      failed.emplace_back(device.port, *device.error);
    }
  }
  if (!failed.empty()) outcome.error = failed.front().second;
  outcome.next_steps = next_steps("port", failed);
  outcome.document.set("devices", list);
  return outcome;
}

Result<Outcome> provision(const Options& options, Context& context) {
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  auto job = make_provision_job(*std::move(project), {options.context, options.client, options.baud, options.mutual});
  if (!job) return std::move(job).error();
  // A modem is found at the project's speed, and raised from there: to look for it at the speed it shall have only in
  // this run costs seconds.
  if (options.baud) job->baud = job->project.modem.baud;
  if (!options.dry_run)
    if (auto there = check_ledger_not_lost(job->project); !there) return std::move(there).error();
  auto& wanted_options = job->options;
  wanted_options.dry_run = options.dry_run;
  wanted_options.connect = wanted_options.connect && !options.no_connect;
  wanted_options.reboot_check = options.reboot_check;
  wanted_options.deep = options.deep;
  wanted_options.rotate = options.rotate;
  if (auto named = take_client_options(options, *job, context); !named) return std::move(named).error();
  auto ports = options.ports;
  if (ports.empty()) ports.push_back(job->project.modem.port);
  auto parsed = parse_ports(ports);
  if (!parsed) return std::move(parsed).error();
  if (auto recorded = record_into(options.record, *parsed); !recorded) return std::move(recorded).error();
  const auto& specs = *parsed;
  const bool simulated = std::any_of(specs.begin(), specs.end(), [](const transport::PortSpec& spec) {
    return spec.kind == transport::PortSpec::Kind::simulator;
  });

  std::optional<broker::RunningBroker> broker;
  if (simulated && job->options.connect && !job->options.dry_run && !options.show) {
    auto ensured = ensure_broker(job->project, context);
    if (!ensured) return std::move(ensured).error();
    broker = *std::move(ensured);
  }

  std::vector<Device> devices(specs.size());
  const auto work = [&](std::size_t i) {
    NamedReporter named(context.reporter, ports[i]);
    Reporter& reporter = specs.size() > 1 ? static_cast<Reporter&>(named) : context.reporter;
    auto device = work_on(specs[i], *job, options.show, context, reporter);
    if (device) {
      devices[i] = *std::move(device);
    } else {
      devices[i].error = std::move(device).error();
    }
    devices[i].port = devices[i].port.empty() ? ports[i] : devices[i].port;
  };
  if (specs.size() == 1) {
    work(0);
  } else {
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < specs.size(); ++i) threads.emplace_back(work, i);
  }
  if (broker) context.reporter.step("stopping the broker that was started for this command");
  return told(devices, options.dry_run, options.show);
}

}  // namespace cmd_provision

void add_provision(CommandLine& line) {
  using namespace cmd_provision;
  auto options = std::make_shared<Options>();
  auto command =
      line.add("provision", "Put the root on a modem, bind it, connect to the broker, and prove what can be proved")
          .option("-p,--port", options->ports,
                  "auto, a path, tcp:HOST:PORT, exec:COMMAND or sim[:PERSONA]; repeatable (default: the project's)")
          .option("--baud", options->baud,
                  "Line speed for this run (default: the project's, 115200); the modem is set to it and back", 1200,
                  2000000)
          .option("--record", options->record, "Save the conversation into this new file; personal numbers are masked")
          .option("--context", options->context, "SSL context to set (default: the project's, 1)", 0, 5)
          .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
          .flag("--dry-run", options->dry_run, "Print the plan; change nothing on the modem")
          .flag("--show", options->show, "Read and print what the modem holds; change nothing")
          .flag("--reboot-check", options->reboot_check, "Reboot, replay the boot sequence, connect again")
          .flag("--no-connect", options->no_connect, "Upload and set only; the broker is not dialled")
          .flag("--deep", options->deep, "Read files back even where the ledger knows them from an earlier run")
          .flag("--mutual", options->mutual, "Give the device a certificate of its own (default: [broker] mutual)")
          .choice("--name-from", options->name_from,
                  "What the device's certificate is named after (default: as it is; imei for a new one)",
                  {"imei", "serial", "uuid"})
          .option("--serial", options->serial,
                  "The product's serial number, for --name-from serial (default: the modem's)")
          .option("--key", options->key, "Key type of the device's certificate (default: [ca] key)")
          .option("--profile", options->profile,
                  "Profile of the device's certificate, by name or file (default: device)")
          .option(
              "--key-password-file", options->key_password_file,
              "Keep the device's key encrypted on the modem, under the password in this file; the connection proves "
              "that the firmware reads it")
          .flag("--rotate", options->rotate,
                "Put a new CA or client certificate beside the old, connect, and only then retire the old");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki provision\n"
          "  ec200u-pki provision --port sim --dry-run\n"
          "  ec200u-pki provision --port /dev/ttyS1 --baud 921600 --record conversation.txt\n"
          "  ec200u-pki provision --port 'exec:ssh bench3 socat - /dev/ttyUSB0,raw,echo=0'\n"
          "  ec200u-pki provision --mutual --name-from serial --serial SN-0042 --passphrase-file pass\n"
          "  ec200u-pki provision --rotate\n"
          "  ec200u-pki provision --port /dev/ttyUSB0 --port /dev/ttyUSB4 --json")
      .run([options](Context& context) { return provision(*options, context); });
}

}  // namespace epki::cli
