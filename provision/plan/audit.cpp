#include "provision/plan/audit.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

constexpr std::chrono::seconds identify_limit{15};

void compare_files(const Run& run, AuditReport& audit) {
  const auto add = [&](const std::string& name, bool whole, const std::string& evidence) {
    const bool there = std::ranges::find(run.found.files, name, &ec200u::FileEntry::name) != run.found.files.end();
    audit.items.push_back({.item = "file " + name,
                           .wanted = "on the modem, whole",
                           .found = whole   ? std::optional<std::string>(evidence)
                                    : there ? std::optional<std::string>("not what was sent")
                                            : std::nullopt,
                           .ok = whole});
  };
  add(run.ca_file, run.found.ca == Stored::good, run.found.ca_evidence);
  if (!run.wanted.mutual) return;
  const auto& client = run.report.client;
  if (!client || client->certificate.name == client_certificate_to_come) {
    audit.items.push_back({.item = "client certificate", .wanted = "one of this device's own, valid", .ok = false});
    return;
  }
  for (const auto& name : {client->certificate.name, client->key.name}) {
    const auto at = std::ranges::find(run.report.files, name, &FileReport::name);
    const bool whole = at != run.report.files.end() && at->verified;
    add(name, whole, whole ? at->evidence : std::string());
  }
}

void compare_settings(const Run& run, AuditReport& audit) {
  for (const auto& [key, value] : run.settings()) {
    const auto at = run.found.settings.find(key);
    const auto found = at == run.found.settings.end() ? std::optional<std::string>() : at->second;
    const bool same = found ? ec200u::same_ssl_value(key, *found, value) : !is_required(key);
    audit.items.push_back({.item = key, .wanted = value, .found = found, .ok = same});
  }
  // A second CA in the same context would be trusted beside ours.
  if (const auto& second = run.found.second_ca)
    audit.items.push_back({.item = "cacertex", .wanted = "nothing", .found = *second, .ok = second->empty()});
}

Status compare_binding(Run& run, AuditReport& audit) {
  const auto say = [](const ec200u::MqttSsl& bound) {
    return bound.enabled ? "TLS, SSL context " + std::to_string(bound.context) : std::string("no TLS");
  };
  auto bound = run.modem.mqtt_ssl(run.wanted.client);
  if (!bound && ends_run(bound.error())) return std::move(bound).error();
  AuditItem item{.item = "MQTT client " + std::to_string(run.wanted.client),
                 .wanted = say({true, run.wanted.context}),
                 .found = bound ? std::optional(say(*bound)) : std::nullopt};
  item.ok = bound && bound->enabled && bound->context == run.wanted.context;
  audit.items.push_back(std::move(item));
  return success();
}

Status compare_clock(Run& run, AuditReport& audit) {
  auto reading = run.modem.clock();
  if (!reading && ends_run(reading.error())) return std::move(reading).error();
  audit.items.push_back({.item = "clock",
                         .wanted = std::to_string(run.minimum_year) + " or later",
                         .found = reading ? std::optional(rfc3339(reading->utc)) : std::nullopt,
                         .ok = reading && year_of(reading->utc) >= run.minimum_year});
  return success();
}

}  // namespace

bool AuditReport::as_planned() const {
  return std::ranges::all_of(items, &AuditItem::ok);
}

Json AuditReport::json() const {
  Json all = Json::array();
  for (const auto& item : items)
    all.push(Json::object({{"item", item.item}, {"wanted", item.wanted}, {"found", item.found}, {"ok", item.ok}}));
  return Json::object({{"port", port},
                       {"imei", identity.imei},
                       {"model", identity.model},
                       {"firmware", identity.firmware},
                       {"as_planned", as_planned()},
                       {"items", std::move(all)},
                       {"warnings", Json::array_of(warnings)}});
}

std::string AuditReport::text() const {
  std::string text = port + ": " + identity.model + " " + identity.firmware + ", IMEI " + identity.imei + "\n";
  for (const auto& item : items)
    text += std::string(item.ok ? "  ok  " : "  NO  ") + item.item + ": " +
            (item.found == "" ? "nothing" : item.found.value_or("not there")) +
            (item.ok ? "" : "; wanted: " + item.wanted) + "\n";
  for (const auto& warning : warnings) text += "  note: " + warning + "\n";
  return text + (as_planned() ? "as planned\n" : "not as planned: the firmware's boot sequence is boot/*.txt\n");
}

Result<AuditReport> audit(at::Engine& engine, const std::string& port_name, const Wanted& wanted,
                          const Options& options, const Surroundings& around) {
  DeviceReport device{.port = port_name};
  Options reading = options;
  reading.dry_run = true;  // nothing is issued, uploaded or recorded
  reading.rotate = false;
  Run run{.modem = ec200u::Modem(engine), .wanted = wanted, .options = reading, .around = around, .report = device};
  run.serial_number = wanted.serial_number;
  if (auto done = prepare(run); !done) return std::move(done).error();
  auto identity = run.modem.identify(after(identify_limit));
  if (!identity) return std::move(identity).error().during("identifying the modem");
  device.identity = std::move(*identity);
  if (auto done = inspect(run); !done) return std::move(done).error();
  AuditReport report{.port = port_name, .identity = device.identity};
  compare_files(run, report);
  compare_settings(run, report);
  if (auto done = compare_binding(run, report); !done) return std::move(done).error();
  if (auto done = compare_clock(run, report); !done) return std::move(done).error();
  if (run.found.twin_left) device.warnings.push_back(run.twin_file + " of an interrupted control is on the modem");
  for (const auto& name : run.found.retired) device.warnings.push_back(name + " is an older file of ours");
  report.warnings = device.warnings;
  return report;
}

}  // namespace epki::plan
