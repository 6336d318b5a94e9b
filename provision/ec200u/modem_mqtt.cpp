#include <algorithm>
#include <array>

#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/fields.hpp"
#include "provision/ec200u/modem.hpp"
#include "provision/ec200u/names.hpp"
#include "provision/ec200u/replies.hpp"
#include "provision/ec200u/time_limits.hpp"

namespace epki::ec200u {

namespace {

constexpr std::array<std::string_view, 8> result_tags{
    "+QMTOPEN:", "+QMTCONN:", "+QMTCLOSE:", "+QMTDISC:", "+QMTSTAT:", "+QMTSUB:", "+QMTPUBEX:", "+QMTRECV:"};

Status check_client(int client) {
  if (client >= 0 && client <= 5) return success();
  return Error{Errc::usage, "MQTT client " + std::to_string(client) + " does not exist", "use 0 to 5"};
}

void forget_client(at::Engine& engine, int client) {
  engine.forget([&](std::string_view line) {
    return std::any_of(result_tags.begin(), result_tags.end(),
                       [&](auto tag) { return line.starts_with(tag) && about(tag, client)(line); });
  });
}

std::string setting(std::string_view key, int client) {
  return "AT+QMTCFG=\"" + std::string(key) + "\"," + std::to_string(client);
}

Status set(at::Engine& engine, std::string_view key, int client, const std::string& values) {
  if (auto fit = check_client(client); !fit) return fit;
  auto reply =
      demand(engine, setting(key, client) + "," + values, time_limit::simple, "setting MQTT's " + std::string(key));
  if (!reply) return std::move(reply).error();
  return success();
}

/// A session somebody left. Refused is the usual case: there was none. Where it is taken, its result line is awaited
/// for a moment, but after a disconnect it never comes (AT reference, 4).
Status close_leftover(at::Engine& engine, int client) {
  auto reply = ask(engine, "AT+QMTCLOSE=" + std::to_string(client), time_limit::simple);
  if (!reply) return std::move(reply).error();
  if (reply->ok()) {
    auto line = engine.wait_for(about("+QMTCLOSE:", client), after(time_limit::mqtt_stale_close));
    if (!line) return std::move(line).error();
  }
  return success();
}

/// The command was sent and its result code did not come, from a modem that did not restart. What it did can still show
/// in a result line.
bool answer_lost(const at::Engine& engine, const Error& error) {
  return error.code == Errc::modem_gone && !engine.restarted();
}

/// A result line "<tag> <client>,…" or the +QMTSTAT that says the session ended instead. Nothing: neither came.
Result<std::optional<std::vector<int>>> result_of(at::Engine& engine, std::string_view tag, int client,
                                                  std::optional<int>& closed, const Patience& patience = {}) {
  const auto wanted = about(tag, client);
  const auto ended = about("+QMTSTAT:", client);
  auto span = time_limit::mqtt_exchange;
  auto line = await_result(
      engine, [&](std::string_view l) { return wanted(l) || ended(l); }, span, patience);
  if (!line) return std::move(line).error();
  if (!*line) return std::optional<std::vector<int>>{};
  const bool is_end = (*line)->starts_with("+QMTSTAT:");
  auto numbers = parse_numbers(**line, is_end ? "+QMTSTAT:" : tag);
  if (!numbers || numbers->size() < 2) return not_understood("waiting for " + std::string(tag), **line);
  if (is_end) {
    closed = (*numbers)[1];
    return std::optional<std::vector<int>>{};
  }
  return numbers;
}

Error no_result(std::string_view doing, std::optional<int> closed) {
  if (closed)
    return {Errc::network,
            std::string(doing) + ": the connection ended (+QMTSTAT code " + std::to_string(*closed) + ")",
            "look at the broker's log"};
  return {Errc::network, std::string(doing) + ": no result came in time", "check the modem's signal and the broker"};
}

}  // namespace

Result<MqttSsl> Modem::mqtt_ssl(int client) {
  if (auto fit = check_client(client); !fit) return std::move(fit).error();
  auto reply = demand(engine_, setting("ssl", client), time_limit::simple, "reading whether MQTT uses SSL", "+QMTCFG:");
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines)
    if (line.starts_with("+QMTCFG:")) return parse_mqtt_ssl(line);
  return not_understood("reading whether MQTT uses SSL", "OK");
}

Status Modem::set_mqtt_ssl(int client, bool enabled, int context) {
  return set(engine_, "ssl", client, enabled ? "1," + std::to_string(context) : "0");
}

Status Modem::set_mqtt_pdp(int client, int pdp) {
  return set(engine_, "pdpcid", client, std::to_string(pdp));
}

Status Modem::set_mqtt_keepalive(int client, int seconds) {
  return set(engine_, "keepalive", client, std::to_string(seconds));
}

Result<OpenResult> Modem::mqtt_open(int client, std::string_view host, std::uint16_t port,
                                    std::chrono::milliseconds span, const Patience& patience) {
  if (auto fit = check_client(client); !fit) return std::move(fit).error();
  const auto name = quoted("broker's name", host);
  if (!name) return name.error();
  OpenResult result;
  result.client = client;
  result.waited = span.count() > 0 ? span : time_limit::mqtt_open;
  // A second time when the number was occupied after all: the first open has then shown that there is what to close.
  for (int attempt = 0; attempt < 2; ++attempt) {
    if (!ended_[static_cast<std::size_t>(client)] || attempt > 0)
      if (auto closed = close_leftover(engine_, client); !closed) return std::move(closed).error();
    ended_[static_cast<std::size_t>(client)] = false;
    forget_client(engine_, client);
    auto reply = ask_once(engine_, "AT+QMTOPEN=" + std::to_string(client) + "," + *name + "," + std::to_string(port),
                          time_limit::simple);
    // Unanswered: whether it opens is not known, so it is closed and opened again.
    if (!reply && answer_lost(engine_, reply.error()) && attempt == 0) continue;
    if (!reply) return std::move(reply).error();
    result.refused = !reply->ok();
    if (result.refused) return result;
    auto line = await_result(engine_, about("+QMTOPEN:", client), result.waited, patience);
    if (!line) return std::move(line).error();
    if (!*line) return result;
    const auto numbers = parse_numbers(**line, "+QMTOPEN:");
    if (!numbers || numbers->size() < 2) return not_understood("opening MQTT to " + std::string(host), **line);
    result.code = (*numbers)[1];
    if (result.code != 2) return result;
  }
  return result;
}

Status Modem::mqtt_close(int client) {
  if (auto fit = check_client(client); !fit) return fit;
  if (auto closed = close_leftover(engine_, client); !closed) return closed;
  ended_[static_cast<std::size_t>(client)] = true;
  return success();
}

Result<ConnectResult> Modem::mqtt_connect(int client, std::string_view client_id, std::string_view user,
                                          std::string_view password, const Patience& patience) {
  if (auto fit = check_client(client); !fit) return std::move(fit).error();
  auto id = quoted("MQTT client's name", client_id);
  if (!id) return std::move(id).error();
  std::string line = "AT+QMTCONN=" + std::to_string(client) + "," + *id;
  if (!user.empty() || !password.empty()) {
    auto name = quoted("user's name", user);
    if (!name) return std::move(name).error();
    line += "," + *name;
  }
  if (!password.empty()) {
    engine_.mask(password);
    auto secret = quoted("password", password);
    if (!secret) return std::move(secret).error();
    line += "," + *secret;
  }
  ConnectResult result;
  result.client = client;
  auto reply = ask_once(engine_, line, time_limit::simple);
  if (!reply && !answer_lost(engine_, reply.error())) return std::move(reply).error();
  result.refused = reply && !reply->ok();
  if (result.refused) return result;
  auto numbers = result_of(engine_, "+QMTCONN:", client, result.closed, patience);
  if (!numbers) return std::move(numbers).error();
  if (!*numbers) return result;
  result.result = (**numbers)[1];
  if ((*numbers)->size() > 2) result.return_code = (**numbers)[2];
  return result;
}

Status Modem::mqtt_subscribe(int client, std::string_view topic, int qos) {
  constexpr int message = 1;
  if (auto fit = check_client(client); !fit) return fit;
  const auto name = quoted("topic", topic);
  if (!name) return name.error();
  const std::string doing = "subscribing to " + std::string(topic);
  auto reply = ask_once(
      engine_,
      "AT+QMTSUB=" + std::to_string(client) + "," + std::to_string(message) + "," + *name + "," + std::to_string(qos),
      time_limit::simple);
  if (!reply && !answer_lost(engine_, reply.error())) return std::move(reply).error();
  if (reply && !reply->ok()) return refused(doing, *reply);
  std::optional<int> closed;
  auto numbers = result_of(engine_, "+QMTSUB:", client, closed);
  if (!numbers) return std::move(numbers).error();
  if (!*numbers) return no_result(doing, closed);
  // <client>,<message>,<result>,<granted>: 128 is the broker's refusal (MQTT 3.1.1, 3.9.3).
  const bool refused_by_broker = (*numbers)->size() > 3 && (**numbers)[3] == 128;
  if ((*numbers)->size() > 2 && (**numbers)[2] == 0 && !refused_by_broker) return success();
  return Error{Errc::network, doing + (refused_by_broker ? " was refused by the broker" : " failed"),
               "check the broker's access list (acl)"};
}

Status Modem::mqtt_publish(int client, std::string_view topic, std::string_view payload, int qos) {
  if (auto fit = check_client(client); !fit) return fit;
  const auto name = quoted("topic", topic);
  if (!name) return name.error();
  const std::string doing = "publishing on " + std::string(topic);
  if (payload.empty()) return Error{Errc::usage, doing + ": the message is empty", {}};
  const int message = qos == 0 ? 0 : 1;  // MQTT gives no identifier to QoS 0
  const std::string line = "AT+QMTPUBEX=" + std::to_string(client) + "," + std::to_string(message) + "," +
                           std::to_string(qos) + ",0," + *name + "," + std::to_string(payload.size());
  auto reply = engine_.command_with_data(line, payload, limit(engine_, time_limit::transfer(payload.size())));
  if (!reply && !answer_lost(engine_, reply.error())) return std::move(reply).error().during(doing);
  if (reply && !reply->ok()) return refused(doing, *reply);
  std::optional<int> closed;
  auto numbers = result_of(engine_, "+QMTPUBEX:", client, closed);
  if (!numbers) return std::move(numbers).error();
  if (!*numbers) return no_result(doing, closed);
  if ((*numbers)->size() > 2 && (**numbers)[2] == 0) return success();
  return Error{Errc::network, doing + " failed", "look at the broker's log"};
}

Result<std::string> Modem::mqtt_receive(int client, std::string_view topic, Deadline by) {
  const auto fits = [&](std::string_view line) {
    const auto message = parse_message(line);
    return message && message->client == client && message->topic == topic;
  };
  auto line = engine_.await(fits, by, "a message on " + std::string(topic));
  if (!line) return std::move(line).error();
  return parse_message(*line)->payload;
}

Status Modem::mqtt_end(int client) {
  if (auto fit = check_client(client); !fit) return fit;
  forget_client(engine_, client);
  auto reply = ask(engine_, "AT+QMTDISC=" + std::to_string(client), time_limit::simple);
  if (!reply) return std::move(reply).error();
  bool ended = false;
  if (reply->ok()) {
    auto line = engine_.wait_for(about("+QMTDISC:", client), after(time_limit::mqtt_end));
    if (!line) return std::move(line).error();
    const auto numbers = *line ? parse_numbers(**line, "+QMTDISC:") : std::nullopt;
    // A disconnect closes the network too; a QMTCLOSE after it never yields its line (AT reference, 4).
    ended = numbers && numbers->size() > 1 && (*numbers)[1] == 0;
  }
  if (!ended)
    if (auto closed = close_leftover(engine_, client); !closed) return closed;
  forget_client(engine_, client);
  ended_[static_cast<std::size_t>(client)] = true;
  return success();
}

std::string OpenResult::text() const {
  if (refused) return "ERROR";
  if (code) return "+QMTOPEN: " + std::to_string(client) + "," + std::to_string(*code);
  return "no result in " + std::to_string(std::chrono::duration_cast<std::chrono::seconds>(waited).count()) + " s";
}

std::string ConnectResult::text() const {
  if (refused) return "ERROR";
  const std::string number = std::to_string(client);
  if (closed) return "+QMTSTAT: " + number + "," + std::to_string(*closed);
  if (!result) return "no result in time";
  return "+QMTCONN: " + number + "," + std::to_string(*result) +
         (return_code ? "," + std::to_string(*return_code) : std::string());
}

}  // namespace epki::ec200u
