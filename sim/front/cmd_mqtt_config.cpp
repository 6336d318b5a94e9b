// AT+QMTCFG as a table (AT reference, 4): each key has numbers, each number a range and a place.

#include <algorithm>

#include "core/text.hpp"
#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_mqtt_config {

struct Field {
  std::int64_t MqttConfig::*place;
  std::int64_t least, most;
};

struct Key {
  std::string_view name;
  std::string_view range;  ///< as AT+QMTCFG=? prints it
  std::array<Field, 3> fields;
  std::size_t count;
};

constexpr Key keys[] = {
    {"version", "(3,4)", {{{&MqttConfig::version, 3, 4}}}, 1},
    {"pdpcid", "(1-15)", {{{&MqttConfig::pdp, 1, 15}}}, 1},
    {"keepalive", "(0-3600)", {{{&MqttConfig::keepalive, 0, 3600}}}, 1},
    {"session", "(0,1)", {{{&MqttConfig::clean_session, 0, 1}}}, 1},
    {"timeout",
     "(1-1200),(1-10),(0,1)",
     {{{&MqttConfig::packet_timeout, 1, 1200}, {&MqttConfig::retries, 1, 10}, {&MqttConfig::timeout_notice, 0, 1}}},
     3},
    {"recv/mode", "(0,1),(0,1)", {{{&MqttConfig::receive_mode, 0, 1}, {&MqttConfig::receive_length, 0, 1}}}, 2},
    {"dataformat", "(0,1),(0,1)", {{{&MqttConfig::send_hex, 0, 1}, {&MqttConfig::receive_hex, 0, 1}}}, 2},
};

Answer test(Modem&, const Args&, Moment) {
  std::vector<std::string> lines;
  for (const auto& key : keys) lines.push_back("+QMTCFG: " + in_quotes(key.name) + ",(0-5)," + std::string(key.range));
  lines.insert(lines.begin() + 2, "+QMTCFG: \"ssl\",(0-5),(0,1),(0-5)");
  return Answer::ok(std::move(lines));
}

/// A query gives no client index, and the context only while TLS is on.
Answer ssl(const Modem& modem, MqttConfig& config, const Args& args) {
  if (args.size() == 2)
    return Answer::ok(config.ssl ? "+QMTCFG: \"ssl\",1," + std::to_string(config.ssl_context) : "+QMTCFG: \"ssl\",0");
  const auto enable = args.number(2, 0, 1), context = args.number_or(3, config.ssl_context, 0, 5);
  if (!enable || !context || !args.between(3, 4)) return Answer::error();
  if (!modem.applies("mqtt/ssl")) return Answer::ok();
  config.ssl = *enable == 1;
  config.ssl_context = *context;
  if (modem.takes_effect("mqtt/ssl")) config.ssl_in_force = config.ssl;
  return Answer::ok();
}

Answer numbers(const Key& key, MqttConfig& config, const Args& args) {
  if (args.size() == 2) {
    std::string line = "+QMTCFG: " + in_quotes(key.name);
    for (std::size_t i = 0; i < key.count; ++i) line += "," + std::to_string(config.*key.fields[i].place);
    return Answer::ok(line);
  }
  MqttConfig wanted = config;
  if (args.size() > 2 + key.count || args.absent(2)) return Answer::error();
  for (std::size_t i = 0; i < key.count; ++i) {
    const auto& field = key.fields[i];
    const auto value = args.number_or(2 + i, config.*field.place, field.least, field.most);
    if (!value) return Answer::error();
    wanted.*field.place = *value;
  }
  config = wanted;
  return Answer::ok();
}

Answer set(Modem& modem, const Args& args, Moment) {
  const auto name = args.text(0);
  const auto client = args.number(1, 0, std::ssize(modem.mqtt) - 1);
  if (!name || !client) return Answer::error();
  auto& config = modem.mqtt[static_cast<std::size_t>(*client)].config;
  if (equal_ignoring_case(*name, "ssl")) return ssl(modem, config, args);
  const auto key =
      std::find_if(std::begin(keys), std::end(keys), [&](const Key& k) { return equal_ignoring_case(k.name, *name); });
  return key == std::end(keys) ? Answer::error() : numbers(*key, config, args);
}

constexpr Entry table[] = {{.name = "+QMTCFG", .test = test, .set = set}};

}  // namespace cmd_mqtt_config

std::span<const Entry> mqtt_config_commands() {
  return cmd_mqtt_config::table;
}

}  // namespace epki::sim
