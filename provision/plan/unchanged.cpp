// The short way for a modem that is as an earlier run left it: everything is read, nothing is written, the connection
// is made and one refusal is seen. What the earlier run proved by binding a twin is not proved again.

#include <algorithm>

#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

/// The last run for this modem, where it carried out both controls under exactly this firmware, file and settings.
Result<std::optional<Json>> proved_before(Run& run) {
  auto runs = run.around.ledger.runs(run.imei());
  if (!runs) return std::move(runs).error();
  if (runs->empty()) return std::optional<Json>{};
  const auto& last = runs->back();
  const bool well =
      last.status == word(DeviceStatus::protected_) || last.status == word(DeviceStatus::connected_unproven);
  const auto& detail = last.detail;
  const auto& protection = detail["protection"];
  if (!well || last.firmware != run.report.identity.firmware || protection["unknown_ca"].text() != "refused" ||
      protection["wrong_host"].text() != "refused" || protection["controls_at"].text_or("").empty())
    return std::optional<Json>{};
  std::map<std::string, std::string> files, settings;
  for (const auto& file : detail["files"].items()) files[file["name"].text_or("")] = file["sha256"].text_or("");
  for (const auto& setting : detail["settings"].items())
    if (setting["state"].text() == "ok") settings[setting["key"].text_or("")] = setting["wanted"].text_or("");
  for (const auto& file : run.report.files)
    if (files[file.name] != file.sha256) return std::optional<Json>{};
  for (const auto& setting : run.report.settings)
    if (setting.state == "ok" && settings[setting.key] != setting.wanted) return std::optional<Json>{};
  return std::optional<Json>(protection);
}

/// What was read, as a report; false: something is not as it is wanted.
bool settings_are_as_wanted(Run& run) {
  std::vector<SettingReport> all;
  for (const auto& [key, value] : run.settings()) {
    const auto& found = run.found.settings[key];
    const bool same = found && ec200u::same_ssl_value(key, *found, value);
    if (!same && (found || is_required(key))) return false;
    all.push_back({.key = key, .wanted = value, .found = found, .read_back = found, .state = same ? "ok" : "absent"});
  }
  run.report.settings = std::move(all);
  return true;
}

/// Nothing is to be done, and what was found is known to be sound.
bool nothing_to_do(const Run& run) {
  const auto& found = run.found;
  const bool known =
      found.ca == Stored::good && found.ca_evidence != "read-back" &&
      (run.standby_file.empty() || (found.standby == Stored::good && found.standby_evidence != "read-back"));
  const bool to_clear = found.twin_left || !found.retired.empty() || !found.older.empty() || !run.ca_journal.empty() ||
                        !run.client_journal.empty();
  const bool client_is_there = !run.wanted.mutual || (run.report.client && !run.fresh);
  const auto& options = run.options;
  return known && client_is_there && !to_clear && !options.deep && !options.dry_run && !options.reboot_check &&
         !options.rotate;
}

/// The name that was refused before is refused now: verification is in force, and not only written down. Anything but a
/// plain refusal leaves the question to the long way.
Result<bool> still_refuses(Run& run, const std::string& alternate) {
  if (alternate.empty() || covers(run.wanted.certificate_names, alternate)) return false;
  auto open = run.modem.mqtt_open(run.wanted.client, alternate, run.wanted.port);
  if (!open) return std::move(open).error();
  // A number may stay occupied after an open that failed; closing it is answered at once.
  if (auto closed = run.modem.mqtt_close(run.wanted.client); !closed) return std::move(closed).error();
  if (open->opened() || open->refused || !open->code) return false;
  auto& protection = run.report.protection;
  protection.alternate = alternate;
  protection.wrong_host = Protection::refused;
  protection.wrong_host_note =
      "dialled as " + alternate + " the broker is refused (" + open->text() + "), as " + run.wanted.host + " it opens";
  return true;
}

/// True: connected, and refused where it must refuse.
Result<bool> confirm(Run& run, const Json& proved) {
  run.modem.expect_no_session(run.wanted.client);
  if (auto connected = connect_and_publish(run); !connected) {
    if (ends_run(connected.error())) return std::move(connected).error();
    run.detail("not as it was before: " + connected.error().what);
    return false;
  }
  auto refused = still_refuses(run, proved["alternate"].text_or(""));
  if (!refused || !*refused) return refused;
  auto& protection = run.report.protection;
  protection.unknown_ca = Protection::refused;
  protection.controls_at = proved["controls_at"].text_or("");
  protection.unknown_ca_note = "a twin of the root was refused on " + protection.controls_at +
                               ", with the same firmware, file and settings; --deep has it refused again";
  return true;
}

}  // namespace

Result<bool> unchanged(Run& run) {
  if (!nothing_to_do(run) || !settings_are_as_wanted(run)) return false;
  const auto give_up = [&] {
    run.report.settings.clear();
    run.report.connect = {};
    run.report.protection = {};
    return false;
  };
  auto bound = run.modem.mqtt_ssl(run.wanted.client);
  if (!bound) return std::move(bound).error();
  if (!bound->enabled || bound->context != run.wanted.context) return give_up();
  run.reached(Milestone::configured);
  if (!run.options.connect) return true;
  auto proved = proved_before(run);
  if (!proved) return std::move(proved).error();
  if (!*proved) return give_up();
  run.step("unchanged since an earlier run: nothing is written");
  auto confirmed = confirm(run, **proved);
  if (!confirmed) return confirmed;
  if (*confirmed) return true;
  run.step("not quite as before: going the long way");
  return give_up();
}

}  // namespace epki::plan
