// `provision --show`: what a modem holds now. Reads only.

#include "core/text.hpp"
#include "provision/plan/provision.hpp"

namespace epki::plan {

namespace {

constexpr std::chrono::seconds identify_limit{15};
constexpr int contexts = 6;
constexpr int clients = 6;

Result<ShowReport::Context> read_context(ec200u::Modem& modem, int number) {
  ShowReport::Context context{.number = number};
  auto keys = ssl_settings("any");  // any name: the keys are what counts here
  for (const auto* key : {"clientcert", "clientkey", "cacertex"}) keys.push_back({key, ""});
  for (const auto& setting : keys) {
    auto value = modem.ssl_setting(number, setting.key);
    if (!value) return std::move(value).error();
    context.settings.emplace_back(setting.key, *value);
  }
  return context;
}

Status read_clients(ec200u::Modem& modem, ShowReport& report) {
  for (int client = 0; client < clients; ++client) {
    auto bound = modem.mqtt_ssl(client);
    if (bound)
      report.mqtt.emplace_back(client, *bound);
    else if (bound.error().code != Errc::modem_refused)
      return std::move(bound).error();
  }
  return success();
}

}  // namespace

Result<ShowReport> show(at::Engine& engine, const std::string& port_name) {
  ec200u::Modem modem(engine);
  ShowReport report{.port = port_name};
  auto identity = modem.identify(after(identify_limit));
  if (!identity) return std::move(identity).error();
  report.identity = std::move(*identity);
  if (auto clock = modem.clock())
    report.clock = rfc3339(clock->utc);
  else if (clock.error().code != Errc::modem_refused)
    return std::move(clock).error();
  auto files = modem.files();
  if (!files) return std::move(files).error();
  report.files = std::move(*files);
  if (auto space = modem.space())
    report.space = *space;
  else if (space.error().code != Errc::modem_refused)
    return std::move(space).error();
  for (int number = 0; number < contexts; ++number) {
    auto context = read_context(modem, number);
    if (!context) return std::move(context).error();
    report.contexts.push_back(std::move(*context));
  }
  if (auto done = read_clients(modem, report); !done) return std::move(done).error();
  return report;
}

Json ShowReport::json() const {
  Json all_files = Json::array();
  for (const auto& file : files) all_files.push(Json::object({{"name", file.name}, {"size", file.size}}));
  Json all_contexts = Json::array();
  for (const auto& context : contexts) {
    Json values = Json::object();
    for (const auto& [key, value] : context.settings) values.set(key, value);
    all_contexts.push(Json::object({{"context", context.number}, {"settings", std::move(values)}}));
  }
  Json all_clients = Json::array();
  for (const auto& [client, bound] : mqtt)
    all_clients.push(Json::object(
        {{"client", client}, {"ssl", bound.enabled}, {"context", bound.enabled ? Json(bound.context) : Json()}}));
  return Json::object({{"port", port},
                       {"imei", identity.imei},
                       {"model", identity.model},
                       {"firmware", identity.firmware},
                       {"iccid", identity.iccid.empty() ? Json() : Json(identity.iccid)},
                       {"clock", clock},
                       {"files", std::move(all_files)},
                       {"space", space ? Json::object({{"free", space->free}, {"total", space->total}}) : Json()},
                       {"contexts", std::move(all_contexts)},
                       {"mqtt", std::move(all_clients)}});
}

std::string ShowReport::text() const {
  std::string text = port + ": " + identity.model + ", firmware " + identity.firmware + ", IMEI " + identity.imei +
                     "\nclock: " + clock.value_or("not readable") + "\n";
  if (space) text += "storage: " + counted(space->free, "byte") + " free of " + std::to_string(space->total) + "\n";
  text += "files:\n";
  for (const auto& file : files) text += "  " + file.name + ", " + counted(file.size, "byte") + "\n";
  for (const auto& context : contexts) {
    text += "SSL context " + std::to_string(context.number) + ":";
    for (const auto& [key, value] : context.settings) {
      if (!value) continue;
      text += " " + key + "=" + (value->empty() ? "(none)" : *value);
    }
    text += "\n";
  }
  for (const auto& [client, bound] : mqtt)
    text += "MQTT client " + std::to_string(client) + ": " +
            (bound.enabled ? "TLS, SSL context " + std::to_string(bound.context) : std::string("no TLS")) + "\n";
  return text;
}

}  // namespace epki::plan
