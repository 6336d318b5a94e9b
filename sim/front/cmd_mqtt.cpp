// MQTT sessions: QMTOPEN, QMTCONN, QMTDISC, QMTCLOSE (AT reference, 4).

#include <utility>

#include "core/text.hpp"
#include "sim/front/modem.hpp"
#include "sim/front/mqtt_events.hpp"

namespace epki::sim {
namespace cmd_mqtt {

using State = MqttSlot::State;
constexpr std::chrono::seconds open_limit(120);

enum : std::int64_t { opened = 0, occupied = 2, no_context = 3, name_failed = 4 };

std::int64_t open_result(const Quirks& quirks, OpenFailure failure) {
  switch (failure) {
    case OpenFailure::none: return opened;
    case OpenFailure::name: return name_failed;
    case OpenFailure::tls: return quirks.tls_failure_result;
    case OpenFailure::local: return quirks.local_failure_result;
    case OpenFailure::tcp:
    case OpenFailure::timeout: break;
  }
  return quirks.tcp_failure_result;
}

void report(Modem& modem, int client, std::int64_t result, Moment now) {
  modem.urc("+QMTOPEN: " + std::to_string(client) + "," + std::to_string(result), now);
}

void finished_opening(Modem& modem, int client, OpenFailure failure, const std::string& detail, Moment now) {
  auto& slot = modem.mqtt[static_cast<std::size_t>(client)];
  if (!detail.empty()) modem.log(detail);
  if (failure == OpenFailure::none) {
    slot.state = State::open;
    if (!slot.config.ssl_in_force) modem.state.plain_mqtt_seen = true;
  } else {
    slot.shut(false, modem.poster());
    if (modem.persona().quirks.mqtt_id_leak) slot.state = State::leaked;
  }
  report(modem, client, open_result(modem.persona().quirks, failure), now);
}

/// What the worker does: everything it needs is taken now, because settings may change while it waits.
std::function<Opened(const std::atomic<bool>&)> opener(Modem& modem, const MqttSlot& slot) {
  auto& network = modem.network();
  if (!slot.config.ssl_in_force)
    return [&network, host = slot.host, port = slot.port](const std::atomic<bool>& cancel) {
      return network.open_plain(host, port, open_limit, cancel);
    };
  const bool blocked = modem.persona().quirks.plain_mqtt_blocks_tls && modem.state.plain_mqtt_seen;
  auto settings = modem.state.ssl_in_force[static_cast<std::size_t>(slot.config.ssl_context)].settings(
      modem.files(), modem.clock.offset());
  return [&modem, &network, blocked, settings = std::move(settings), host = slot.host,
          port = slot.port](const std::atomic<bool>& cancel) -> Opened {
    if (blocked) return {nullptr, OpenFailure::tls, "a plain MQTT session came first (quirk)"};
    if (!settings) return {nullptr, OpenFailure::local, "a bound file is not there"};
    return network.open_tls(host, port, *settings, modem.persona().mqtt, open_limit, cancel);
  };
}

Answer open(Modem& modem, const Args& args, Moment) {
  const auto client = args.number(0, 0, std::ssize(modem.mqtt) - 1);
  const auto host = args.text(1, 100);
  const auto port = args.number(2, 1, 65535);
  if (!client || !host || host->empty() || !port || args.size() != 3) return Answer::error();
  const int index = static_cast<int>(*client);
  auto& slot = modem.mqtt[static_cast<std::size_t>(index)];
  const auto post = modem.poster();
  const auto limit = modem.persona().faults.mqtt_open_limit;
  if (slot.state != State::closed) {
    post([&modem, index](Moment now) { report(modem, index, occupied, now); });
  } else if (!modem.context_active(slot.config.pdp)) {
    post([&modem, index](Moment now) { report(modem, index, no_context, now); });
  } else if (limit > 0 && slot.config.ssl_in_force && ++modem.state.mqtt_opens > limit) {
    post([&modem, index](Moment now) { report(modem, index, modem.persona().quirks.tcp_failure_result, now); });
  } else {
    slot.host = *host;
    slot.port = static_cast<std::uint16_t>(*port);
    slot.open(modem.crew(), modem.network(), opener(modem, slot),
              {[&modem, index](OpenFailure failure, const std::string& detail, Moment now) {
                 finished_opening(modem, index, failure, detail, now);
               },
               [&modem, index](const MqttClient::Event& event, Moment now) { mqtt_event(modem, index, event, now); }},
              post);
  }
  return Answer::ok();
}

Answer open_read(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < modem.mqtt.size(); ++i) {
    const auto& slot = modem.mqtt[i];
    if (slot.state != State::closed && slot.state != State::opening && slot.state != State::leaked)
      lines.push_back("+QMTOPEN: " + std::to_string(i) + "," + in_quotes(slot.host) + "," + std::to_string(slot.port));
  }
  return Answer::ok(std::move(lines));
}

/// CONNACK did not come within all tries.
void give_up(Modem& modem, int client, Moment now) {
  modem.mqtt[static_cast<std::size_t>(client)].shut(false, modem.poster());
  modem.urc("+QMTCONN: " + std::to_string(client) + ",2", now);
}

Answer connect(Modem& modem, const Args& args, Moment now) {
  const auto client = args.number(0, 0, std::ssize(modem.mqtt) - 1);
  const auto name = args.text(1, 256), user = args.text_or(2, "", 256), password = args.text_or(3, "", 256);
  if (!client || !name || !user || !password || !args.between(2, 4)) return Answer::error();
  auto& slot = modem.mqtt[static_cast<std::size_t>(*client)];
  if (slot.state != State::open) return Answer::error();
  slot.state = State::connecting;
  const auto& config = slot.config;
  slot.run([name = *name, user = *user, password = *password, clean = config.clean_session == 1,
            keepalive = static_cast<int>(config.keepalive)](
               MqttClient& session) { session.connect(name, user, password, clean, keepalive); },
           modem.poster());
  slot.timer =
      modem.timeline().at(now + std::chrono::seconds(config.packet_timeout * (config.retries + 1)),
                          [&modem, index = static_cast<int>(*client)](Moment at) { give_up(modem, index, at); });
  return Answer::ok();
}

/// 1 initialising, 2 connecting, 3 connected.
Answer connect_read(Modem& modem, const Args&, Moment) {
  std::vector<std::string> lines;
  for (std::size_t i = 0; i < modem.mqtt.size(); ++i) {
    const auto state = modem.mqtt[i].state;
    if (state == State::closed || state == State::leaked) continue;
    const int number = state == State::connected ? 3 : state == State::connecting ? 2 : 1;
    lines.push_back("+QMTCONN: " + std::to_string(i) + "," + std::to_string(number));
  }
  return Answer::ok(std::move(lines));
}

/// Ends a session. QMTDISC says farewell and closes the network too, so that a QMTCLOSE after it finds nothing.
template <bool Farewell>
Answer end(Modem& modem, const Args& args, Moment) {
  const auto client = args.number(0, 0, std::ssize(modem.mqtt) - 1);
  if (!client || args.size() != 1) return Answer::error();
  auto& slot = modem.mqtt[static_cast<std::size_t>(*client)];
  if (slot.state == State::closed || (Farewell && slot.state != State::connected)) return Answer::error();
  modem.timeline().cancel(slot.timer);
  const auto tell = [&modem, line = (Farewell ? "+QMTDISC: " : "+QMTCLOSE: ") + std::to_string(*client) +
                                    ",0"](Moment now) { modem.urc(line, now); };
  if (slot.state == State::leaked) {  // no session is left that could end
    slot.state = State::closed;
    modem.poster()(tell);
    return Answer::ok();
  }
  slot.shut(Farewell, modem.poster(), tell);
  return Answer::ok();
}

Answer open_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTOPEN: (0-5),<host_name>,(1-65535)");
}
Answer connect_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTCONN: (0-5),<clientid>[,<username>[,<password>]]");
}
Answer disconnect_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTDISC: (0-5)");
}
Answer close_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTCLOSE: (0-5)");
}

constexpr Entry table[] = {
    {.name = "+QMTOPEN", .read = open_read, .test = open_test, .set = open},
    {.name = "+QMTCONN", .read = connect_read, .test = connect_test, .set = connect},
    {.name = "+QMTDISC", .test = disconnect_test, .set = end<true>},
    {.name = "+QMTCLOSE", .test = close_test, .set = end<false>},
};

}  // namespace cmd_mqtt

std::span<const Entry> mqtt_commands() {
  return cmd_mqtt::table;
}

}  // namespace epki::sim
