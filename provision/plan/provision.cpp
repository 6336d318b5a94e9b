#include "provision/plan/provision.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr std::chrono::seconds identify_limit{15};
constexpr std::chrono::seconds start_limit{90};

Error unusable(std::string what, std::string hint) {
  return {Errc::input, std::move(what), std::move(hint)};
}

Status check(const Wanted& wanted, const Options& options) {
  const auto within = [](int value, int low, int high) { return value >= low && value <= high; };
  if (!within(wanted.context, 0, 5) || !within(wanted.spare_context, 0, 5))
    return unusable("an SSL context is a number from 0 to 5", "see [modem] in the project file");
  if (wanted.context == wanted.spare_context)
    return unusable("the spare SSL context is the one to be provisioned, " + std::to_string(wanted.context),
                    "choose another spare_context in [modem]");
  if (!within(wanted.client, 0, 5)) return unusable("an MQTT client is a number from 0 to 5", "see --client");
  if (options.rotate && !options.connect)
    return Error{Errc::usage, "a rotation is proved by a connection, and none is to be made",
                 "leave --no-connect and [provision] connect = false out"};
  if (!within(wanted.pdp, 1, 7)) return unusable("a packet context is a number from 1 to 7", "see [modem]");
  const auto plain = [](char c) { return c > 0x20 && c < 0x7f && c != '"' && c != ','; };
  if (wanted.host.empty() || !std::ranges::all_of(wanted.host, plain))
    return unusable("\"" + visible(wanted.host) + "\" is no name the modem can dial", "see [broker] hosts");
  return success();
}

Status reach(Run& run) {
  run.step("looking for the modem on " + run.report.port);
  const auto restarts = run.modem.engine().restarts();
  auto identity = run.modem.identify(after(identify_limit), ec200u::Modem::Card::not_asked);
  if (!identity && run.modem.engine().restarts() != restarts) {
    run.step("the modem is just starting: waiting for it");
    if (auto started = run.modem.wait_started(after(start_limit)); !started) return started;
    identity = run.modem.identify(after(identify_limit), ec200u::Modem::Card::not_asked);
  }
  if (!identity) return std::move(identity).error().during("identifying the modem");
  run.report.identity = std::move(*identity);
  run.step(run.report.identity.model + ", firmware " + run.report.identity.firmware + ", IMEI " + run.imei());
  return success();
}

/// A line may refuse this very board, or let it go without connecting.
Status admit(Run& run) {
  if (run.around.watch == nullptr) return success();
  auto admission = run.around.watch->identified(run.report.identity);
  if (!admission) return std::move(admission).error();
  run.options.connect = run.options.connect && admission->connect;
  if (!admission->serial_number.empty()) run.serial_number = admission->serial_number;
  run.reissue = admission->reissue;
  return success();
}

Status network(Run& run) {
  run.step("waiting for registration");
  if (auto done = run.modem.wait_registered(after(run.options.registration_limit)); !done)
    return std::move(done).error().during("waiting for registration");
  return run.modem.activate(run.wanted.pdp, run.wanted.apn);
}

/// Everything that changes the modem before the plan is made.
Status make_ready(Run& run) {
  const auto& around = run.around;
  if (auto done = undo_open_journal(run.modem, run.imei(), around.ledger, around.reporter, around.cancel); !done)
    return done;
  if (run.options.connect || run.options.clock == ClockSource::ntp || around.witness != nullptr)
    if (auto done = network(run); !done) return done;
  return settle_clock(run);
}

void report_found(Run& run) {
  const auto there = [&run](const std::string& name, Stored stored, const std::string& evidence) {
    if (stored != Stored::good) return false;
    auto& file = run.file_report(name);
    file.verified = true;
    file.evidence = evidence;
    return true;
  };
  const bool standby =
      run.standby_file.empty() || there(run.standby_file, run.found.standby, run.found.standby_evidence);
  if (!there(run.ca_file, run.found.ca, run.found.ca_evidence) || !standby) return;
  run.reached(Milestone::uploaded);
  run.step("nothing to upload: " + run.ca_file + " is on the modem (" + run.found.ca_evidence + ")");
}

/// --dry-run: the settings as they are, and what would be done.
void report_planned(Run& run) {
  for (const auto& [key, value] : run.settings()) {
    const auto& found = run.found.settings[key];
    run.report.settings.push_back(
        {.key = key, .wanted = value, .found = found, .state = found || is_required(key) ? "planned" : "absent"});
  }
  run.report.status = DeviceStatus::planned;
  run.report.sentence = "dry run: " + counted(run.report.plan.size(), "action") + " planned, nothing was changed";
  run.report.boot = boot_for(run);
}

Status record_found(Run& run) {
  auto& ledger = run.around.ledger;
  if (run.found.ca_evidence == "read-back")
    if (auto kept = ledger.record_file(run.imei(), run.ca_file, run.wanted.ca_pem.size(), run.ca_sha256, "read-back");
        !kept)
      return kept;
  if (run.found.standby_evidence != "read-back") return success();
  return ledger.record_file(run.imei(), run.standby_file, run.wanted.standby_pem.size(), run.standby_sha256,
                            "read-back");
}

Status carry_out(Run& run) {
  if (auto done = record_found(run); !done) return done;
  for (const auto& action : run.report.plan)
    if (auto done = apply(run, action); !done) {
      if (run.options.rotate)
        if (auto back = roll_back(run); !back)
          run.warn("what was bound before is not bound again: " + back.error().what);
      return done;
    }
  if (auto done = retire_clients(run); !done) return done;
  run.report.boot = boot_for(run);
  if (run.options.connect && run.report.protection.controls_at.empty() &&
      run.report.protection.unknown_ca == Protection::refused)
    run.report.protection.controls_at = rfc3339(run.around.clock.now());
  for (const auto id : run.ca_journal)
    if (auto ended = run.around.ledger.journal_end(id); !ended) return ended;
  if (auto done = judge(run); !done) return done;
  run.reached(Milestone::verified);
  return success();
}

Status pass(Run& run) {
  if (!run.options.dry_run)
    if (auto done = make_ready(run); !done) return done;
  if (auto done = raise_speed(run); !done) return done;
  if (auto done = inspect(run); !done) return done;
  report_found(run);
  auto same = unchanged(run);
  if (!same) return std::move(same).error();
  if (*same)
    plan_proof(run, run.report.plan);
  else
    run.report.plan = make_plan(run);
  if (!run.options.dry_run) return carry_out(run);
  report_planned(run);
  return success();
}

Status work(Run& run) {
  if (auto done = check(run.wanted, run.options); !done) return done;
  if (auto done = prepare(run); !done) return done;
  if (run.wanted.key_password)
    if (auto fit = run.modem.use_key_password(run.wanted.key_password); !fit) return fit;
  if (auto done = reach(run); !done) return done;
  if (auto done = admit(run); !done) return done;
  auto done = despite_restarts(run, pass);
  // Whatever came of the run, the modem is left as it was found. One that is gone starts at its own speed.
  if (done || !ends_run(done.error()))
    if (auto lowered = lower_speed(run); !lowered && done) return lowered;
  return done;
}

void fail(DeviceReport& report, Error error) {
  report.status = DeviceStatus::failed;
  report.sentence = error.what;
  error.hint = next_step(error);
  report.error = std::move(error);
}

/// An identity that is whole on the modem, and whose run is in the ledger, is no open question any more. Until those
/// before it are revoked their entries stay open: nothing else may know them.
void end_client_journal(Run& run) {
  if (!run.report.client || !run.older_revoked) return;
  for (const auto& name : {run.report.client->certificate.name, run.report.client->key.name})
    if (!run.file_report(name).verified) return;
  for (const auto id : run.client_journal)
    if (auto ended = run.around.ledger.journal_end(id); !ended) return run.warn(ended.error().what);
}

void record(Run& run) {
  const auto& report = run.report;
  if (run.options.dry_run || report.identity.imei.empty()) return;
  auto kept = run.around.ledger.record_run({.imei = report.identity.imei,
                                            .model = report.identity.model,
                                            .firmware = report.identity.firmware,
                                            .port = report.port,
                                            .status = std::string(word(report.status)),
                                            .detail = report.json()});
  if (kept) return end_client_journal(run);
  // What the modem said comes first; a ledger that cannot be written fails a run that went well.
  if (report.status == DeviceStatus::failed)
    run.warn("the run could not be recorded: " + kept.error().what);
  else
    fail(run.report, std::move(kept).error());
}

}  // namespace

Status prepare(Run& run) {
  auto begins = run.wanted.ca_not_before;
  if (!begins) {
    auto root = ossl::Certificate::from_pem(run.wanted.ca_pem);
    if (!root) return std::move(root).error().during("reading the project's root certificate");
    begins = root->not_before();
  }
  run.minimum_year = std::max(2024, year_of(*begins));
  run.ca_file = file_name_for(run.wanted.ca_pem);
  run.ca_sha256 = ossl::sha256_hex(as_bytes(run.wanted.ca_pem));
  if (!run.wanted.twin_pem.empty()) {
    run.twin_file = file_name_for(run.wanted.twin_pem);
    run.twin_sha256 = ossl::sha256_hex(as_bytes(run.wanted.twin_pem));
  }
  run.report.files = {{.name = run.ca_file, .size = run.wanted.ca_pem.size(), .sha256 = run.ca_sha256}};
  if (run.wanted.standby_pem.empty() || run.wanted.standby_pem == run.wanted.ca_pem) return success();
  if (!run.wanted.ca_not_before)
    if (auto standby = ossl::Certificate::from_pem(run.wanted.standby_pem); !standby)
      return std::move(standby).error().during("reading the project's standby root certificate");
  run.standby_file = file_name_for(run.wanted.standby_pem);
  run.standby_sha256 = ossl::sha256_hex(as_bytes(run.wanted.standby_pem));
  run.report.files.push_back(
      {.name = run.standby_file, .size = run.wanted.standby_pem.size(), .sha256 = run.standby_sha256});
  return success();
}

BoundFiles Run::files() const {
  BoundFiles all{.ca = ca_file};
  if (report.client) {
    all.client_certificate = report.client->certificate.name;
    all.client_key = report.client->key.name;
  }
  return all;
}

FileReport& Run::file_report(const std::string& name) {
  const auto at = std::ranges::find(report.files, name, &FileReport::name);
  if (at != report.files.end()) return *at;
  report.files.push_back({.name = name});
  return report.files.back();
}

DeviceReport provision(at::Engine& engine, const std::string& port_name, const Wanted& wanted, const Options& options,
                       const Surroundings& around) {
  const auto begun = monotonic_now();
  const auto before = engine.statistics();
  DeviceReport report{.port = port_name};
  Run run{.modem = ec200u::Modem(engine), .wanted = wanted, .options = options, .around = around, .report = report};
  run.serial_number = wanted.serial_number;
  if (auto done = work(run); !done) fail(report, std::move(done).error());
  const auto& now = engine.statistics();
  report.exchanges = now.exchanges - before.exchanges;
  report.bytes_out = now.bytes_out - before.bytes_out;
  report.bytes_in = now.bytes_in - before.bytes_in;
  report.duration = std::chrono::duration_cast<std::chrono::milliseconds>(monotonic_now() - begun);
  report.network = std::chrono::duration_cast<std::chrono::milliseconds>(now.waited - before.waited);
  record(run);
  return report;
}

}  // namespace epki::plan
