#include "verify/trial/found.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "provision/plan/settings.hpp"

namespace epki::trial {

namespace {

/// cacert first: a file is only deleted once nothing points to it.
std::vector<std::string> keys() {
  std::vector<std::string> all{"cacert", "clientcert", "clientkey"};
  for (const auto& setting : plan::ssl_settings("")) all.push_back(setting.key);
  return all;
}

Result<Found::Context> look_at(ec200u::Modem& modem, int number, const std::vector<std::string>& names) {
  Found::Context context{number};
  for (const auto& key : names) {
    auto value = modem.ssl_setting(number, key);
    if (!value) return std::move(value).error();
    // A firmware that answers nothing while no CA is bound: what the run binds must be let go of all the same.
    if (*value || key == "cacert") context.values.emplace_back(key, value->value_or(""));
  }
  return context;
}

Status put_back_value(ec200u::Modem& modem, int context, const std::string& key, const std::string& value,
                      Reporter& reporter) {
  auto now = modem.ssl_setting(context, key);
  if (!now && now.error().code != Errc::modem_refused) return std::move(now).error();
  if (now && ec200u::same_ssl_value(key, now->value_or(""), value)) return success();
  auto set = modem.set_ssl(context, key, value);
  if (set) return success();
  if (set.error().code != Errc::modem_refused && set.error().code != Errc::usage) return set;
  reporter.warning("SSL context " + std::to_string(context) + ": " + key + " could not be put back to \"" + value +
                   "\"; it is gone with the next restart of the modem");
  return success();
}

Status put_back_client(ec200u::Modem& modem, const Found::Client& client, Reporter& reporter) {
  auto now = modem.mqtt_ssl(client.number);
  if (!now && now.error().code != Errc::modem_refused) return std::move(now).error();
  const bool same = now && now->enabled == client.ssl.enabled && (!now->enabled || now->context == client.ssl.context);
  if (same) return success();
  auto set = modem.set_mqtt_ssl(client.number, client.ssl.enabled, client.ssl.context);
  if (set || set.error().code != Errc::modem_refused) return set;
  reporter.warning("MQTT client " + std::to_string(client.number) +
                   " could not be bound as before; the binding is gone with the next restart of the modem");
  return success();
}

}  // namespace

Json Found::json() const {
  Json all_contexts = Json::array();
  for (const auto& context : contexts) {
    Json values = Json::object();
    for (const auto& [key, value] : context.values) values.set(key, value);
    all_contexts.push(Json::object({{"context", context.number}, {"values", std::move(values)}}));
  }
  Json all_clients = Json::array();
  for (const auto& client : clients) {
    all_clients.push(
        Json::object({{"client", client.number}, {"enabled", client.ssl.enabled}, {"context", client.ssl.context}}));
  }
  return Json::object(
      {{"contexts", std::move(all_contexts)}, {"clients", std::move(all_clients)}, {"ssl_socket", ssl_socket}});
}

Result<Found> Found::parse(const Json& detail) {
  const Error damaged{Errc::ledger, "a journal entry of verify cannot be read",
                      "check the ledger: ec200u-pki ledger check"};
  Found found;
  found.ssl_socket = detail["ssl_socket"].boolean().value_or(false);
  for (const auto& item : detail["contexts"].items()) {
    const auto number = item["context"].integer();
    if (!number || *number < 0 || *number > 5) return damaged;
    Context context{static_cast<int>(*number)};
    for (const auto& [key, value] : item["values"].members()) {
      if (!value.text()) return damaged;
      context.values.emplace_back(key, *value.text());
    }
    found.contexts.push_back(std::move(context));
  }
  for (const auto& item : detail["clients"].items()) {
    const auto number = item["client"].integer();
    const auto enabled = item["enabled"].boolean();
    const auto context = item["context"].integer();
    if (!number || !enabled || !context || *number < 0 || *number > 5) return damaged;
    found.clients.push_back({static_cast<int>(*number), {*enabled, static_cast<int>(*context)}});
  }
  return found;
}

Result<Found> look(ec200u::Modem& modem, const std::vector<int>& contexts, const std::vector<int>& clients,
                   const std::vector<std::string>& more) {
  Found found;
  auto names = keys();
  for (const auto& key : more) {
    const auto same = [&](const std::string& known) { return equal_ignoring_case(known, key); };
    if (std::none_of(names.begin(), names.end(), same)) names.push_back(key);
  }
  for (const int number : contexts) {
    auto context = look_at(modem, number, names);
    if (!context) return std::move(context).error();
    found.contexts.push_back(std::move(*context));
  }
  for (const int number : clients) {
    auto ssl = modem.mqtt_ssl(number);
    if (!ssl && ssl.error().code != Errc::modem_refused) return std::move(ssl).error();
    if (ssl) found.clients.push_back({number, *ssl});
  }
  return found;
}

Status put_back(ec200u::Modem& modem, const Found& found, Reporter& reporter) {
  for (const auto& context : found.contexts) {
    for (const auto& [key, value] : context.values) {
      if (auto done = put_back_value(modem, context.number, key, value, reporter); !done) return done;
    }
  }
  for (const auto& client : found.clients) {
    if (auto done = put_back_client(modem, client, reporter); !done) return done;
  }
  return success();
}

}  // namespace epki::trial
