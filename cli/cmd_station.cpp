#include <algorithm>
#include <array>
#include <deque>
#include <memory>

#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/line_acceptor.hpp"
#include "cli/line_bench.hpp"
#include "cli/line_results.hpp"
#include "cli/line_signing.hpp"
#include "cli/next_steps.hpp"
#include "cli/page_identity.hpp"
#include "cli/passphrase.hpp"
#include "config/job.hpp"
#include "core/connect.hpp"
#include "core/exit_code.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "provision/plan/settings.hpp"
#include "provision/station/ledger_records.hpp"
#include "provision/station/line.hpp"
#include "provision/station/page_server.hpp"
#include "provision/station/patience.hpp"

namespace epki::cli {

namespace cmd_station {

struct Options {
  std::optional<std::string> ports{}, job{}, operator_name{}, listen{};
  std::vector<std::string> names{};
  bool once = false;
  PassphraseOptions passphrase{};
};

/// The job file, that of the command line or of the project file; or a job made of the project file.
Result<config::Job> job_of(const Options& options, const config::Project& project) {
  if (options.job) return config::load_job(*options.job);
  if (!project.station.job.empty()) return config::load_job(project.folder / project.station.job);
  config::Job job;
  job.name = project.ca.name;
  job.project = project.folder;
  job.baud = project.modem.baud;
  job.steps.mutual = project.broker.mutual;
  if (!project.provision.connect) job.steps.connect = config::Connect::never;
  return job;
}

/// Slots and operator: the command line's, else the job's, else those of the project file.
Status complete(config::Job& job, const Options& options, const config::Project& project) {
  if (options.operator_name) job.operator_name = *options.operator_name;
  if (job.operator_name.empty()) job.operator_name = project.station.operator_name;
  const auto add = [&](std::string port) {
    job.slots.push_back({std::to_string(job.slots.size() + 1), std::move(port), {}});
  };
  if (options.ports) {
    job.slots.clear();
    for (const auto port : split(*options.ports, ',')) {
      if (trimmed(port).empty()) return Error{Errc::usage, "--ports has an empty place", "write --ports A,B,C"};
      add(std::string(trimmed(port)));
    }
  }
  if (job.slots.empty())
    for (const auto& port : project.station.ports) add(port);
  if (job.slots.empty()) add(project.modem.port);
  return success();
}

Result<std::vector<std::optional<transport::PortSpec>>> ports_of(const config::Job& job) {
  std::vector<std::string> texts;
  for (const auto& slot : job.slots)
    if (!slot.port.starts_with("usb:")) texts.push_back(slot.port);
  auto parsed = parse_ports(texts);
  if (!parsed) return std::move(parsed).error();
  std::vector<std::optional<transport::PortSpec>> specs;
  auto next = parsed->begin();
  for (const auto& slot : job.slots)
    specs.push_back(slot.port.starts_with("usb:") ? std::nullopt : std::optional(*next++));
  return specs;
}

Result<HostPort> listen_place(const Options& options, const config::Project& project) {
  return options.listen ? parse_listen("--listen", *options.listen)
                        : parse_listen("station.listen", project.station.listen);
}

Result<station::PagePlace> page_place(const HostPort& listen, const Options& options, const config::Project& project,
                                      Context& context) {
  station::PagePlace place;
  place.address = listen.host;
  place.port = listen.port;
  place.names = options.names;
  std::array<std::byte, 16> token{};
  context.random.fill(token);
  place.token = to_hex(token);
  if (auto done = give_page_an_identity(place, project, context); !done) return std::move(done).error();
  return place;
}

int exit_of(const station::Outcome& outcome) {
  if (outcome.error) return exit_code::of(outcome.error->code);
  return outcome.passed() ? exit_code::done : exit_code::no;
}

Outcome told_once(std::vector<std::pair<station::Tile, station::Outcome>>&& results) {
  Outcome told;
  Json devices = Json::array();
  std::vector<std::pair<std::string, Error>> failed;
  for (auto& [tile, outcome] : results) {
    Json device = std::move(outcome.device);
    if (!device.has("port")) device.set("port", tile.port);
    if (!device.has("status")) device.set("status", outcome.status);
    if (outcome.error && device["error"].is_null()) device.set("error", error_json(*outcome.error));
    device.set("slot", tile.slot);
    devices.push(std::move(device));
    told.exit = exit_code::worse(told.exit, exit_of(outcome));
    if (outcome.error) failed.emplace_back(tile.slot, *outcome.error);
    told.text += "slot " + tile.slot + " (" + tile.port + "): " + std::string(word(tile.light)) + ", " +
                 (tile.imei.empty() ? "" : "IMEI " + tile.imei + ", ") + outcome.status +
                 (outcome.error ? ": " + outcome.error->what : "") + "\n";
    for (const auto& note : tile.notes) told.text += "  " + note + "\n";
    if (!tile.label.empty()) told.text += "  label: " + tile.label + "\n";
  }
  if (!failed.empty()) told.error = failed.front().second;
  told.next_steps = next_steps("slot", failed);
  told.document.set("devices", std::move(devices));
  return told;
}

// The page runs until somebody ends it.
Result<Outcome> serve(const HostPort& listen, const Options& options, const config::Project& project,
                      station::Line& line, station::Records& records, Context& context) {
  auto place = page_place(listen, options, project, context);
  if (!place) return std::move(place).error();
  auto page = station::PageServer::start(*place, line, records);
  if (!page) return std::move(page).error();
  line.start();
  context.reporter.step("open this address on this machine; it holds for this start only:");
  context.reporter.step("  " + page->address());
  while (!context.cancel.requested()) station::wait_until(after(std::chrono::hours(1)), context.cancel);
  const auto last = line.snapshot();
  Outcome outcome;
  outcome.document.set("counters", last.counters.json());
  outcome.text =
      std::to_string(last.counters.passed) + " passed, " + std::to_string(last.counters.failed) + " failed\n";
  return outcome;
}

/// The job's steps, for the engine that `provision` uses too.
Result<ProvisionJob> work_of(const Options& options, const config::Job& job, const config::Project& project,
                             std::unique_ptr<LineSigning>& signing, Context& context) {
  auto work = make_provision_job(project, {.baud = job.baud, .mutual = job.steps.mutual});
  if (!work) return work;
  work->options.reboot_check = job.steps.reboot_check;
  work->options.connect = job.steps.connect != config::Connect::never;
  if (!job.steps.key_password_file.empty()) {
    if (!work->wanted.mutual)
      return Error{Errc::input, "the job has a password for device keys, and its devices get no key",
                   "set steps.mutual = true, or leave steps.key_password_file out"};
    auto password = read_key_password(job.steps.key_password_file);
    if (!password) return std::move(password).error();
    work->wanted.key_password = *std::move(password);
  }
  if (work->wanted.mutual) {
    work->wanted.name_from = plan::parse_name_from(job.name_from);
    work->needs_scan = job.name_from == "serial" && !options.once;  // without the page nobody scans
    auto opened = LineSigning::open(project, job, options.passphrase, work->wanted.key_password, context);
    if (!opened) return std::move(opened).error();
    signing = *std::move(opened);
    work->issue_client = [ca = signing.get()](const std::string& name, const ec200u::Identity& device) {
      return ca->issue(name, device);
    };
  }
  if (!job.steps.audit) return work;
  for (const auto& slot : job.slots)
    if (slot.power_cmd.empty())
      return Error{Errc::input,
                   "the step audit needs the product's own boot, and slot " + slot.name + " has no power_cmd",
                   "give the slot a command that switches its power off and on, or leave steps.audit out"};
  work->audit_limit = std::chrono::seconds(job.steps.audit_seconds);
  return work;
}

/// Events name whoever works at the line, in each ledger that its slots write to: the page may change the name.
class NamedRecords final : public station::LedgerRecords {
 public:
  using LedgerRecords::LedgerRecords;
  /// It must outlive this.
  void name_in(ledger::Ledger& ledger) { ledgers_.push_back(&ledger); }
  void operator_is(const std::string& name) override {
    LedgerRecords::operator_is(name);
    for (auto* ledger : ledgers_) ledger->act_as(name.empty() ? name_of_account() : name);
  }

 private:
  std::vector<ledger::Ledger*> ledgers_;
};

/// As many as share the flushes of their commits well; a slot each would be more than a database server takes.
Result<std::deque<ledger::Ledger>> open_ledgers(const config::Project& project, std::size_t slots, Context& context) {
  constexpr std::size_t most = 8;
  std::deque<ledger::Ledger> ledgers;
  while (ledgers.size() < std::min(slots, most)) {
    auto opened = open_ledger(project, context);
    if (!opened) return std::move(opened).error();
    ledgers.push_back(*std::move(opened));
  }
  return ledgers;
}

Result<Outcome> station_command(const Options& options, Context& context) {
  auto project = config::load(std::filesystem::current_path());
  if (!project && options.job) {
    auto job = config::load_job(*options.job);
    if (!job) return std::move(job).error();
    project = config::load(job->project);
  }
  if (!project) return std::move(project).error();
  auto job = job_of(options, *project);
  if (!job) return std::move(job).error();
  if (job->project != project->folder) {
    project = config::load(job->project);
    if (!project) return std::move(project).error();
  }
  if (auto whole = complete(*job, options, *project); !whole) return std::move(whole).error();
  auto specs = ports_of(*job);
  if (!specs) return std::move(specs).error();
  auto listen = listen_place(options, *project);
  if (!listen) return std::move(listen).error();
  if (auto there = check_ledger_not_lost(*project); !there) return std::move(there).error();
  std::unique_ptr<LineSigning> signing;
  auto work = work_of(options, *job, *project, signing, context);
  if (!work) return std::move(work).error();
  if (!job->acceptor.host.empty() && !work->wanted.mutual)
    return Error{Errc::input, "the job has an acceptor, and its devices get no certificate to show there",
                 "set steps.mutual = true, or leave [acceptor] out"};
  auto acceptor = open_acceptor(*job, *project, options.passphrase, context);
  if (!acceptor) return std::move(acceptor).error();
  work->witness = acceptor->get();
  job->steps.mutual = work->wanted.mutual;
  work->reissue_reason = ledger::parse_reason(job->reissue.reason).value_or(ledger::RevocationReason::superseded);
  if (*acceptor) {
    work->simulated_names.push_back(job->acceptor.host);
    context.reporter.step("devices prove their keys at " + text_of((*acceptor)->place()));
  }

  std::optional<broker::RunningBroker> broker;
  const bool simulated = std::any_of(specs->begin(), specs->end(), [](const auto& spec) {
    return spec && spec->kind == transport::PortSpec::Kind::simulator;
  });
  if (simulated && work->options.connect) {
    auto ensured = ensure_broker(*project, context);
    if (!ensured) return std::move(ensured).error();
    broker = *std::move(ensured);
  }

  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  const auto settings = plan::settings_key(plan::ssl_settings(""));
  NamedRecords records(*ledger, name_of_this_station(), job->name, job->other_batch,
                       [&](const station::Board& board) -> Result<std::optional<std::string>> {
                         auto stored = ledger->verdict_for({board.model, board.firmware, "mqtt", settings});
                         if (!stored) return std::move(stored).error();
                         return *stored ? std::optional((*stored)->verdict_class) : std::nullopt;
                       });
  if (signing) signing->record_in(*ledger);
  auto shared = open_ledgers(*project, job->slots.size(), context);
  if (!shared) return std::move(shared).error();
  for (auto& one : *shared) work->ledgers.push_back(&one);
  records.name_in(*ledger);
  for (auto& one : *shared) records.name_in(one);
  records.operator_is(job->operator_name);
  auto twin = twin_of(work->wanted.ca_pem, *ledger);
  if (!twin) return std::move(twin).error();
  work->wanted.twin_pem = *std::move(twin);
  BootFiles boot_files;
  work->boot_files = &boot_files;
  auto results = LineResults::open(*job, *project, context);
  if (!results) return std::move(results).error();

  station::Line line(
      *job, {context.clock, context.reporter, context.cancel, records, signing.get()},
      [&](const config::JobSlot& slot) {
        const auto at = std::find_if(job->slots.begin(), job->slots.end(),
                                     [&](const config::JobSlot& known) { return known.name == slot.name; });
        return make_line_bench(slot, (*specs)[static_cast<std::size_t>(at - job->slots.begin())], *work, context);
      },
      [&](const station::Tile& tile, const station::Outcome& outcome) { return (*results)->take(tile, outcome); });
  if (!options.once) return serve(*listen, options, *project, line, records, context);
  auto told = told_once(line.run_once());
  if (context.cancel.requested()) return interrupted();
  return told;
}

}  // namespace cmd_station

void add_station(CommandLine& line) {
  using namespace cmd_station;
  auto options = std::make_shared<Options>();
  auto command =
      line.add("station", "Provision many modems on a manufacturing line, with a page for the operator")
          .option("--ports", options->ports,
                  "Ports of the slots, separated by commas: A,B,… (default: the job's slots, else station.ports)")
          .option("--job", options->job,
                  "The job file an engineer wrote, docs/job-file.md (default: station.job; without one the project "
                  "file holds)")
          .option(
              "--listen", options->listen,
              "ADDR:PORT of the page, as 127.0.0.1:8080, [::1]:8080 or localhost:8080; brackets may be left out, "
              "port 0 takes a free one (default: station.listen, 127.0.0.1:8080); beyond loopback it is served over "
              "TLS")
          .option("--name", options->names, "A further name by which browsers reach the page; repeatable")
          .option("--operator", options->operator_name,
                  "Who works here; recorded with every board (default: the job's, else station.operator)")
          .flag("--once", options->once, "Work on the boards that are plugged in, print the results, and end");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki station --ports /dev/ttyUSB0,/dev/ttyUSB4 --once --json\n"
          "  ec200u-pki station --job line7.toml --operator Li\n"
          "  ec200u-pki station --ports sim:strict,sim:strict,sim:union")
      .run([options](Context& context) { return station_command(*options, context); });
}

}  // namespace epki::cli
