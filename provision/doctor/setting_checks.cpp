// The SSL context, and whether MQTT uses it.

#include "core/text.hpp"
#include "provision/doctor/examination.hpp"

namespace epki::doctor {

namespace {

std::string after_boot(const Examination& e) {
  return "the device's firmware sends the boot sequence (boot/) after every boot, or run " + e.wanted.provision_command;
}

Status read_settings(Examination& e) {
  for (const auto& setting : e.wanted.settings) {
    auto value = e.modem.ssl_setting(e.wanted.context, setting.key);
    if (!value && ends_examination(value.error())) return std::move(value).error();
    e.settings[setting.key] = value ? *value : std::nullopt;
    if (!value) e.diagnosis.notes.push_back(value.error().what);
  }
  return success();
}

const WantedSetting* wanted_setting(const Examination& e, std::string_view key) {
  for (const auto& setting : e.wanted.settings)
    if (equal_ignoring_case(setting.key, key)) return &setting;
  return nullptr;
}

/// Empty: as wanted.
std::string difference(const Examination& e, const WantedSetting& setting) {
  const auto at = e.settings.find(setting.key);
  const auto& found = at == e.settings.end() ? std::optional<std::string>() : at->second;
  if (!found) return setting.required ? setting.key + " is unknown to this firmware" : std::string();
  if (ec200u::same_ssl_value(setting.key, *found, setting.value)) return {};
  return setting.key + " is " + (found->empty() ? std::string("empty") : *found) + ", not " + setting.value;
}

void check_one(Examination& e, Id id, std::string_view key, const std::string& meaning) {
  const auto* setting = wanted_setting(e, key);
  if (setting == nullptr) return e.skipped(id, "nothing is wanted of it");
  const std::string wanted = setting->key + " = " + setting->value + meaning;
  const auto wrong = difference(e, *setting);
  if (wrong.empty())
    e.passed(id, setting->key + " = " + e.settings[setting->key].value_or(""), wanted);
  else
    e.failed(id, wrong, wanted, after_boot(e));
}

Status check_mqtt_binding(Examination& e) {
  const std::string client = "MQTT client " + std::to_string(e.wanted.client);
  const std::string wanted = client + " uses " + e.context_text();
  auto bound = e.modem.mqtt_ssl(e.wanted.client);
  if (!bound && ends_examination(bound.error())) return std::move(bound).error();
  if (!bound)
    e.failed(Id::ssl_off, bound.error().what, wanted, after_boot(e));
  else if (!bound->enabled)
    e.failed(Id::ssl_off, client + " has TLS switched off", wanted, after_boot(e));
  else if (bound->context != e.wanted.context)
    e.failed(Id::ssl_off, client + " uses SSL context " + std::to_string(bound->context), wanted, after_boot(e));
  else
    e.passed(Id::ssl_off, client + " uses " + e.context_text(), wanted);
  return success();
}

/// What both sides can speak. Empty: they have something in common, or nobody knows.
std::string no_common_ground(const Examination& e) {
  const auto& visit = e.broker.visit;
  if (e.broker.at.empty() || visit.complete || !visit.chain.empty() || !e.broker.any) return {};
  const auto& any = *e.broker.any;
  if (any.chain.empty() && !any.complete) return {};
  return "the broker at " + e.broker.at + " speaks " + any.version + " with " + any.suite +
         " and shares no version and cipher suite with the modem (TLS 1.2 at most)";
}

void check_rest(Examination& e) {
  const std::string wanted = "every other setting as the project has it, and a TLS version and cipher suite in common";
  std::string wrong;
  for (const auto& setting : e.wanted.settings) {
    if (setting.key == "seclevel" || setting.key == "sni") continue;
    if (const auto one = difference(e, setting); !one.empty()) wrong += (wrong.empty() ? "" : "; ") + one;
  }
  if (!wrong.empty()) return e.failed(Id::settings, wrong, wanted, after_boot(e));
  if (const auto apart = no_common_ground(e); !apart.empty())
    return e.failed(Id::settings, apart, wanted,
                    "let the broker speak TLS 1.2 with ECDHE and AES: remove tls_version and ciphers lines, or run "
                    "ec200u-pki lint broker/mosquitto.conf");
  e.passed(Id::settings,
           e.broker.visit.complete || !e.broker.visit.chain.empty()
               ? "as wanted; the broker takes " + e.broker.visit.version + ", " + e.broker.visit.suite
               : "as wanted",
           wanted);
}

}  // namespace

Status check_settings(Examination& e) {
  if (auto done = read_settings(e); !done) return done;
  check_one(e, Id::seclevel, "seclevel", e.wanted.mutual ? ": mutual" : ": the server is verified");
  if (auto done = check_mqtt_binding(e); !done) return done;
  check_one(e, Id::sni, "sni", ": the name is sent to the broker");
  check_rest(e);
  return success();
}

}  // namespace epki::doctor
