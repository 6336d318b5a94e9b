#include <memory>
#include <thread>

#include "cli/commands.hpp"
#include "cli/leftovers.hpp"
#include "cli/modem_port.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/certificate.hpp"
#include "provision/plan/provision.hpp"

namespace epki::cli {

namespace cmd_provision {

// A name that reaches a simulated modem's broker and that no certificate of ours carries.
constexpr const char* name_nobody_certifies = "not-in-the-certificate.invalid";

struct Options {
  std::vector<std::string> ports{};
  std::optional<std::int64_t> baud{}, context{}, client{};
  bool dry_run = false, show = false, reboot_check = false, no_connect = false, deep = false;
};

struct Job {
  config::Project project;
  plan::Wanted wanted;
  plan::Options options;
  std::vector<std::string> simulated_names;
  std::int64_t baud = 115200;
  bool show = false;
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

Result<std::string> twin_of(ledger::Ledger& ledger) {
  auto twins = ledger.issued("twin");
  if (!twins) return std::move(twins).error();
  return twins->empty() ? std::string{} : twins->back().pem;
}

Result<Job> make_job(const Options& options) {
  auto project = config::load(std::filesystem::current_path());
  if (!project) return std::move(project).error();
  Job job{.project = *std::move(project), .wanted = {}, .options = {}, .simulated_names = {}};
  const auto& p = job.project;
  auto root = read_file(p.root_certificate());
  if (!root) return std::move(root).error();
  if (auto parsed = ossl::Certificate::from_pem(*root); !parsed)
    return std::move(parsed).error().during("reading " + p.root_certificate().string());
  auto& wanted = job.wanted;
  wanted.ca_pem = *std::move(root);
  wanted.context = static_cast<int>(options.context.value_or(p.modem.ssl_context));
  wanted.spare_context = static_cast<int>(p.modem.spare_context);
  if (wanted.spare_context == wanted.context)
    return Error{Errc::usage, "SSL context " + std::to_string(wanted.context) + " is the spare context of the project",
                 "choose another --context, or another spare_context in ec200u-pki.toml"};
  wanted.client = static_cast<int>(options.client.value_or(p.modem.client));
  wanted.pdp = static_cast<int>(p.modem.pdp_context);
  wanted.apn = p.modem.apn;
  wanted.host = p.broker.hosts.front();
  wanted.port = static_cast<std::uint16_t>(p.broker.port);
  wanted.certificate_names = p.broker.hosts;
  wanted.certificate_names.insert(wanted.certificate_names.end(), p.broker.ips.begin(), p.broker.ips.end());
  if (const auto pem = read_file(p.broker_folder() / "certs/server.pem"); pem)
    if (const auto server = ossl::chain_from_pem(*pem); server && !server->empty()) {
      for (const auto& names : {server->front().dns_names(), server->front().ip_addresses()})
        wanted.certificate_names.insert(wanted.certificate_names.end(), names.begin(), names.end());
      wanted.certificate_names.push_back(server->front().common_name());
    }

  auto& o = job.options;
  o.dry_run = options.dry_run;
  o.connect = p.provision.connect && !options.no_connect;
  o.reboot_check = options.reboot_check;
  o.deep = options.deep;
  o.clock = plan::parse_clock_source(p.provision.clock).value_or(plan::ClockSource::automatic);
  o.ntp_server = p.provision.ntp_server;
  o.registration_limit = std::chrono::seconds(p.provision.registration_seconds);
  o.topic = p.provision.topic;
  job.baud = options.baud.value_or(p.modem.baud);
  job.show = options.show;
  job.simulated_names = p.broker.hosts;
  job.simulated_names.emplace_back(name_nobody_certifies);
  return job;
}

Status write_boot_files(const config::Project& project, plan::DeviceReport& report) {
  if (!report.boot) return success();
  const auto folder = project.folder / plan::boot_folder;
  if (auto made = make_folder(folder); !made) return made;
  const auto stem = plan::boot_stem(*report.boot);
  const std::pair<const char*, std::string> files[] = {{".txt", plan::boot_text(*report.boot)},
                                                       {".h", plan::boot_c_header(*report.boot)},
                                                       {".json", plan::boot_json(*report.boot).dump() + "\n"}};
  for (const auto& [ending, text] : files) {
    const auto path = folder / (stem + ending);
    if (auto written = replace_file(path, text, 0644); !written) return written;
    report.boot_files.push_back(path.string());
  }
  return success();
}

Result<Device> work_on(const transport::PortSpec& spec, const Job& job, Context& context, Reporter& reporter) {
  auto ledger = ledger::Ledger::open(job.project.ledger_file(), context.clock);
  if (!ledger) return std::move(ledger).error();
  auto twin = twin_of(*ledger);
  if (!twin) return std::move(twin).error();
  plan::Wanted wanted = job.wanted;
  wanted.twin_pem = *std::move(twin);
  wanted.simulated = spec.kind == transport::PortSpec::Kind::simulator;
  if (wanted.simulated) wanted.alternate_names.emplace_back(name_nobody_certifies);

  auto modem = open_modem(spec, job.project, job.baud, job.simulated_names, context);
  if (!modem) return std::move(modem).error();
  Device device{.port = modem->name};
  if (auto undone = undo_leftovers(*modem->engine, *ledger, reporter, context); !undone)
    return std::move(undone).error();
  if (job.show) {
    auto shown = plan::show(*modem->engine, modem->name);
    if (!shown) return std::move(shown).error();
    device.shown = *std::move(shown);
    return device;
  }
  if (job.options.reboot_check && vanishes_on_restart(spec, *modem))
    return Error{
        Errc::usage,
        "--reboot-check needs a port that stays while the modem restarts, and " + modem->name + " is a USB port",
        "use the modem's UART; or restart it by hand, send the boot sequence, and provision again"};
  const plan::Surroundings around{*ledger, context.clock, context.random, reporter, context.cancel};
  device.report = plan::provision(*modem->engine, modem->name, wanted, job.options, around);
  if (!job.options.dry_run)
    if (auto written = write_boot_files(job.project, *device.report); !written) {
      device.report->warnings.push_back(written.error().what);
      reporter.warning(written.error().what);
    }
  return device;
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
  if (report.connect.result)
    text += "  broker: " + std::string(report.connect.opened ? "connected" : "not connected") + " (" +
            *report.connect.result + ")" + (report.connect.published ? ", published and read back" : "") + "\n";
  if (report.protection.unknown_ca != plan::Protection::untested || !report.protection.unknown_ca_note.empty())
    text += "  wrong CA: " + std::string(word(report.protection.unknown_ca)) + ". " +
            report.protection.unknown_ca_note + "\n  wrong name: " + std::string(word(report.protection.wrong_host)) +
            ". " + report.protection.wrong_host_note + "\n";
  for (const auto& path : report.boot_files) text += "  boot sequence: " + path + "\n";
  if (report.status != plan::DeviceStatus::planned)
    text += "  " + std::string(word(report.status)) + (report.sentence.empty() ? "" : ": " + report.sentence) + "\n";
  return text;
}

// Several devices: a failure's own code beats "no", which beats "done" (README, "Exit codes").
int worse(int a, int b) {
  const auto rank = [](int exit) { return exit == exit_code::done ? 0 : exit == exit_code::no ? 1 : 2; };
  return rank(b) > rank(a) ? b : a;
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
  for (auto& device : devices) {
    if (device.report) {
      outcome.exit = worse(outcome.exit, device.report->exit_code());
      outcome.text += text_of(*device.report, dry_run);
      list.push(device.report->json());
      if (device.report->error && !outcome.error) outcome.error = device.report->error;
    } else if (device.shown) {
      outcome.text += device.shown->text();
      list.push(device.shown->json());
    } else {
      outcome.exit = worse(outcome.exit, exit_code::of(device.error->code));
      list.push(show ? Json::object({{"port", device.port}}) : failed_device(device));
      if (!outcome.error) outcome.error = device.error;
    }
  }
  outcome.document.set("devices", list);
  return outcome;
}

Result<Outcome> provision(const Options& options, Context& context) {
  auto job = make_job(options);
  if (!job) return std::move(job).error();
  auto ports = options.ports;
  if (ports.empty()) ports.push_back(job->project.modem.port);
  std::vector<transport::PortSpec> specs;
  bool simulated = false;
  for (const auto& text : ports) {
    auto spec = transport::parse_port(text);
    if (!spec) return std::move(spec).error();
    simulated = simulated || spec->kind == transport::PortSpec::Kind::simulator;
    specs.push_back(*std::move(spec));
  }

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
    auto device = work_on(specs[i], *job, context, reporter);
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
  line.add("provision", "Put the root on a modem, bind it, connect to the broker, and prove what can be proved")
      .option("-p,--port", options->ports,
              "auto, a path, tcp:HOST:PORT or sim[:PERSONA]; repeatable (default: the project's)")
      .option("--baud", options->baud, "Line speed (default: the project's, 115200)", 1200, 2000000)
      .option("--context", options->context, "SSL context to set (default: the project's, 1)", 0, 5)
      .option("--client", options->client, "MQTT client index (default: the project's, 0)", 0, 5)
      .flag("--dry-run", options->dry_run, "Print the plan; change nothing on the modem")
      .flag("--show", options->show, "Read and print what the modem holds; change nothing")
      .flag("--reboot-check", options->reboot_check, "Reboot, replay the boot sequence, connect again")
      .flag("--no-connect", options->no_connect, "Upload and set only; the broker is not dialled")
      .flag("--deep", options->deep, "Read files back even where the ledger knows them from an earlier run")
      .examples(
          "  ec200u-pki provision\n"
          "  ec200u-pki provision --port sim --dry-run\n"
          "  ec200u-pki provision --port /dev/ttyUSB0 --port /dev/ttyUSB4 --json")
      .run([options](Context& context) { return provision(*options, context); });
}

}  // namespace epki::cli
