#include "core/exit_code.hpp"
#include "provision/plan/provision.hpp"

namespace epki::plan {

namespace {

Json identity_field(const std::string& text) {
  return text.empty() ? Json() : Json(text);
}

Json file_json(const FileReport& file) {
  return Json::object({{"name", file.name},
                       {"size", file.size},
                       {"sha256", file.sha256},
                       {"verified", file.verified},
                       {"evidence", identity_field(file.evidence)},
                       {"uploaded", file.uploaded},
                       {"safe", file.safe}});
}

Json setting_json(const SettingReport& setting) {
  return Json::object({{"key", setting.key},
                       {"wanted", setting.wanted},
                       {"found", setting.found},
                       {"written", setting.written},
                       {"read_back", setting.read_back},
                       {"state", setting.state}});
}

Json protection_json(const ProtectionReport& protection) {
  return Json::object({{"unknown_ca", word(protection.unknown_ca)},
                       {"wrong_host", word(protection.wrong_host)},
                       {"verdict", protection.verdict},
                       {"unknown_ca_note", identity_field(protection.unknown_ca_note)},
                       {"wrong_host_note", identity_field(protection.wrong_host_note)},
                       {"alternate", identity_field(protection.alternate)},
                       {"controls_at", identity_field(protection.controls_at)}});
}

Json client_json(const DeviceReport& report) {
  if (!report.client) return {};
  Json client = report.client->json();
  client.set("issued", report.client_issued);
  client.set("proved_at", report.proved_at.empty() ? Json() : Json(report.proved_at));
  return client;
}

Json boot_field(const DeviceReport& report) {
  if (!report.boot_files.empty()) return Json::array_of(report.boot_files);
  return report.boot ? boot_json(*report.boot) : Json();
}

template <class Range, class Make>
Json listed(const Range& range, Make make) {
  Json all = Json::array();
  for (const auto& item : range) all.push(make(item));
  return all;
}

}  // namespace

std::optional<ClockSource> parse_clock_source(std::string_view text) {
  if (text == "auto") return ClockSource::automatic;
  if (text == "ntp") return ClockSource::ntp;
  if (text == "host") return ClockSource::host;
  if (text == "leave") return ClockSource::leave;
  return std::nullopt;
}

std::string_view word(DeviceStatus status) {
  switch (status) {
    case DeviceStatus::planned: return {};
    case DeviceStatus::protected_: return "protected";
    case DeviceStatus::not_protected: return "not-protected";
    case DeviceStatus::connected_unproven: return "connected-unproven";
    case DeviceStatus::provisioned_untested: return "provisioned-untested";
    case DeviceStatus::failed: return "failed";
  }
  return "failed";
}

std::string_view word(Protection protection) {
  switch (protection) {
    case Protection::untested: return "untested";
    case Protection::refused: return "refused";
    case Protection::accepted: return "accepted";
  }
  return "untested";
}

Json DeviceReport::json() const {
  return Json::object({{"port", port},
                       {"imei", identity_field(identity.imei)},
                       {"model", identity_field(identity.model)},
                       {"firmware", identity_field(identity.firmware)},
                       {"status", identity_field(std::string(word(status)))},
                       {"sentence", sentence},
                       {"plan", listed(plan, [](const Action& a) { return plan::json(a); })},
                       {"files", listed(files, file_json)},
                       {"settings", listed(settings, setting_json)},
                       {"client", client_json(*this)},
                       {"connect", Json::object({{"opened", connect.opened},
                                                 {"result", connect.result},
                                                 {"published", connect.published},
                                                 {"stage", nullptr}})},
                       {"protection", protection_json(protection)},
                       {"clock", identity_field(clock)},
                       {"boot_sequence", boot_field(*this)},
                       {"reboot_check", reboot_check},
                       {"warnings", Json::array_of(warnings)},
                       {"exchanges", exchanges},
                       {"bytes_out", bytes_out},
                       {"bytes_in", bytes_in},
                       {"duration_ms", duration.count()},
                       {"network_ms", network.count()},
                       {"error", error ? error_json(*error) : Json()}});
}

int DeviceReport::exit_code() const {
  if (status == DeviceStatus::failed) return exit_code::of(error ? error->code : Errc::internal);
  return status == DeviceStatus::not_protected ? exit_code::no : exit_code::done;
}

}  // namespace epki::plan
