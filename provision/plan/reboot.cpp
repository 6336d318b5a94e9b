// The reboot check: the boot sequence as it is written out, carried out by us.

#include <algorithm>

#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

using Kind = BootStep::Kind;
constexpr std::chrono::seconds reboot_limit{120};

Error step_failed(const BootStep& step, const std::string& answer) {
  return {Errc::modem_refused, "after the reboot, " + step.send + " was answered " + answer,
          "the boot sequence as written out does not work on this firmware"};
}

/// The gate: what the device's own clock would do is done by this computer's. A sequence that holds instead is
/// replayed as one that sets it: this is about the settings, and a bench has the time.
Status pass_clock(Run& run, const BootStep& step) {
  auto reading = run.modem.clock();
  if (!reading && ends_run(reading.error())) return std::move(reading).error();
  if (reading && year_of(reading->utc) >= step.year) return success();
  run.detail("the time gate does not open by itself: setting the clock from this computer");
  if (auto set = run.modem.set_clock(run.around.clock.now()); !set) return set;
  reading = run.modem.clock();
  if (!reading) return std::move(reading).error();
  if (year_of(reading->utc) >= step.year) return success();
  return step_failed(step, reading->text);
}

/// The password is in no sequence that is written out; the engine masks it.
std::string with_password(const Run& run, std::string line) {
  const auto at = line.find(key_password_placeholder);
  if (at != std::string::npos && run.wanted.key_password)
    line.replace(at, key_password_placeholder.size(), run.wanted.key_password->view());
  return line;
}

Status send(Run& run, const BootStep& step) {
  auto& engine = run.modem.engine();
  const auto by = after(step.limit);
  const auto starts = [&](std::string_view line) { return line.starts_with(step.expect); };
  if (step.kind == Kind::deferred) engine.forget(starts);
  auto reply =
      engine.command(with_password(run, step.send), by, step.kind == Kind::query ? step.expect : std::string_view());
  if (!reply) return std::move(reply).error();
  if (!reply->ok()) return step.may_fail ? success() : Status(step_failed(step, reply->refusal()));
  if (step.kind == Kind::query && std::ranges::none_of(reply->lines, starts))
    return step_failed(step, "without " + step.expect);
  if (step.kind != Kind::deferred) return success();
  // A failure is told by the same word with another number: wait for the word, then compare.
  const auto tag = step.expect.substr(0, step.expect.find(' '));
  auto line = engine.await([&](std::string_view l) { return l.starts_with(tag); }, by, tag);
  if (!line && line.error().code == Errc::interrupted) return std::move(line).error();
  if ((!line || !starts(*line)) && !step.may_fail) return step_failed(step, line ? *line : "nothing");
  return success();
}

Status replay(Run& run, const BootSequence& sequence) {
  for (const auto& step : sequence.steps) {
    if (auto proceed = go_on(run); !proceed) return proceed;
    if (step.kind == Kind::registered && !run.options.connect) return success();  // from here on it takes a network
    run.detail("boot sequence: " + (step.send.empty() ? "wait for " + step.expect : step.send));
    Status done = success();
    switch (step.kind) {
      case Kind::wait: break;  // reboot() has waited for it
      case Kind::registered: done = run.modem.wait_registered(after(step.limit)); break;
      case Kind::clock: done = pass_clock(run, step); break;
      case Kind::command:
      case Kind::query:
      case Kind::deferred: done = send(run, step); break;
    }
    if (!done) return std::move(done).error().during("replaying the boot sequence");
  }
  return success();
}

/// The files survived, the settings are as they were before.
Status compare_after(Run& run) {
  for (auto& setting : run.report.settings) {
    if (setting.state == "absent") continue;
    auto value = run.modem.ssl_setting(run.wanted.context, setting.key);
    if (!value) return std::move(value).error();
    if (*value && ec200u::same_ssl_value(setting.key, **value, setting.wanted)) continue;
    return Error{Errc::modem_refused,
                 "after the reboot and the boot sequence, \"" + setting.key + "\" is " + value->value_or("unreadable"),
                 "the boot sequence as written out does not restore this firmware's settings"};
  }
  auto bound = run.modem.mqtt_ssl(run.wanted.client);
  if (!bound) return std::move(bound).error();
  if (bound->enabled && bound->context == run.wanted.context) return success();
  return Error{Errc::modem_refused, "after the reboot and the boot sequence, MQTT does not use TLS",
               "the boot sequence as written out does not restore this firmware's settings"};
}

Status files_survived(Run& run) {
  for (auto& file : run.report.files) {
    auto same = holds(run, file.name, file.size, file.sha256);
    if (!same) return std::move(same).error();
    if (!*same)
      return Error{Errc::modem_refused, file.name + " did not survive the reboot as it was sent",
                   "run provision again: it uploads the file anew"};
    file.evidence = after_reboot;
    file.safe = true;
    if (auto kept = run.around.ledger.record_file(run.imei(), file.name, file.size, file.sha256, file.evidence); !kept)
      return kept;
  }
  return success();
}

}  // namespace

BootSequence boot_for(const Run& run) {
  BootFacts facts{.model = run.report.identity.model,
                  .firmware = run.report.identity.firmware,
                  .files = {},
                  .context = run.wanted.context,
                  .client = run.wanted.client,
                  .pdp = run.wanted.pdp,
                  .set_mqtt_pdp = run.mqtt_pdp_taken,
                  .apn = run.wanted.apn,
                  .ntp_server = run.options.ntp_server,
                  .minimum_year = run.minimum_year,
                  .network_time = !run.network_time_wrong,
                  .fallback = run.options.clock_fallback,
                  .host = run.wanted.host,
                  .port = run.wanted.port};
  facts.files.push_back({FileRole::ca, run.ca_file, run.ca_sha256});
  if (run.report.client) {
    const auto& client = *run.report.client;
    facts.key_encrypted = client.key_encrypted;
    facts.files.push_back({FileRole::client_certificate, client.certificate.name, client.certificate.sha256});
    facts.files.push_back({FileRole::client_key, client.key.name, client.key.sha256});
  }
  for (const auto& setting : run.report.settings)
    if (setting.state != "absent") facts.settings.push_back({setting.key, setting.wanted});
  return boot_sequence(facts);
}

Status budget_restarts(Run& run) {
  if (!run.options.reboot_check) return success();
  auto runs = run.around.ledger.runs(run.imei());
  if (!runs) return std::move(runs).error();
  const auto since = run.around.clock.now() - std::chrono::hours(24);
  run.restarts_before = static_cast<int>(std::ranges::count_if(*runs, [&](const ledger::DeviceRun& before) {
    return before.at >= since && before.detail["reboot_check"].boolean().has_value();
  }));
  if (run.restarts_before < most_restarts_a_day) return success();
  return Error{Errc::usage,
               "this modem was restarted " + std::to_string(run.restarts_before) +
                   " times in the last 24 hours, and its vendor advises no more than " +
                   std::to_string(most_restarts_a_day) + " a day",
               "leave --reboot-check out, or wait a day"};
}

Status reboot_and_replay(Run& run) {
  run.report.reboot_check = false;
  run.step("rebooting the modem");
  if (auto done = run.modem.reboot(after(reboot_limit)); !done) return std::move(done).error().during("rebooting");
  if (auto done = files_survived(run); !done) return done;
  run.step("replaying the boot sequence");
  if (auto done = replay(run, boot_for(run)); !done) return done;
  if (auto done = compare_after(run); !done) return done;
  if (run.options.connect)
    if (auto done = connect_and_publish(run); !done) return done;
  run.report.reboot_check = true;
  return success();
}

}  // namespace epki::plan
