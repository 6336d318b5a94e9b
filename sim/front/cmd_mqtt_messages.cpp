// MQTT messages: QMTSUB, QMTUNS, QMTPUBEX, QMTPUB, QMTRECV (AT reference, 4).

#include <memory>
#include <optional>
#include <utility>

#include "core/text.hpp"
#include "sim/front/modem.hpp"

namespace epki::sim {
namespace cmd_mqtt_messages {

/// The slot of a connected client.
MqttSlot* connected(Modem& modem, const Args& args) {
  const auto client = args.number(0, 0, std::ssize(modem.mqtt) - 1);
  if (!client) return nullptr;
  auto& slot = modem.mqtt[static_cast<std::size_t>(*client)];
  return slot.state == MqttSlot::State::connected ? &slot : nullptr;
}

Answer subscribe(Modem& modem, const Args& args, Moment) {
  auto* slot = connected(modem, args);
  const auto id = args.number(1, 1, 65535), qos = args.number(3, 0, 2);
  const auto topic = args.text(2, 256);
  if (slot == nullptr || !id || !topic || topic->empty() || !qos || args.size() != 4) return Answer::error();
  const int packet = static_cast<int>(*id);
  slot->awaited[packet] = "+QMTSUB";
  slot->run([packet, qos = static_cast<int>(*qos),
             topic = *topic](MqttClient& session) { session.subscribe(packet, qos, topic); },
            modem.poster());
  return Answer::ok();
}

Answer unsubscribe(Modem& modem, const Args& args, Moment) {
  auto* slot = connected(modem, args);
  const auto id = args.number(1, 1, 65535);
  const auto topic = args.text(2, 256);
  if (slot == nullptr || !id || !topic || topic->empty() || args.size() != 3) return Answer::error();
  const int packet = static_cast<int>(*id);
  slot->awaited[packet] = "+QMTUNS";
  slot->run([packet, topic = *topic](MqttClient& session) { session.unsubscribe(packet, topic); }, modem.poster());
  return Answer::ok();
}

struct Publication {
  std::size_t client;
  int packet, qos;
  bool retain;
  std::string topic, command;
  std::string payload{};
};

/// `<client>,<msgid>,<qos>,<retain>,"<topic>"`: what both publishing commands begin with.
std::optional<Publication> publication(Modem& modem, const Args& args, std::string_view command) {
  const auto id = args.number(1, 0, 65535), qos = args.number(2, 0, 2), retain = args.number(3, 0, 1);
  const auto topic = args.text(4, 256);
  if (connected(modem, args) == nullptr || !id || !qos || !retain || !topic || topic->empty()) return std::nullopt;
  if (*qos > 0 && *id == 0) return std::nullopt;
  return Publication{static_cast<std::size_t>(*args.number(0, 0, 5)),
                     static_cast<int>(*id),
                     static_cast<int>(*qos),
                     *retain == 1,
                     *topic,
                     std::string(command)};
}

/// The payload is complete: OK, and the result once the message is through.
void publish(Modem& modem, Publication message, Moment now) {
  modem.terminal.end_data();
  auto& slot = modem.mqtt[message.client];
  if (slot.state != MqttSlot::State::connected) {
    modem.terminal.finish(Answer::error(), now);
    return;
  }
  if (slot.config.send_hex == 1) {
    const auto bytes = from_hex(message.payload);
    if (!bytes) {
      modem.terminal.finish(Answer::error(), now);
      return;
    }
    message.payload = as_text(*bytes);
  }
  modem.terminal.finish(Answer::ok(), now);
  Inbox::Note told;
  if (message.qos == 0)
    told = [&modem, line = message.command + ": " + std::to_string(message.client) + "," +
                           std::to_string(message.packet) + ",0"](Moment at) { modem.urc(line, at); };
  else
    slot.awaited[message.packet] = message.command;
  slot.run(
      [message = std::move(message)](MqttClient& session) {
        session.publish(message.packet, message.qos, message.retain, message.topic, message.payload);
      },
      modem.poster(), std::move(told));
}

Answer publish_sized(Modem& modem, const Args& args, Moment now) {
  auto message = publication(modem, args, "+QMTPUBEX");
  const auto size = args.number(5, 1, 4096);
  if (!message || !size || args.size() != 6) return Answer::error();
  modem.terminal.raw("\r\n> ", now);
  modem.terminal.begin_data(
      [&modem, size = static_cast<std::size_t>(*size), shared = std::make_shared<Publication>(std::move(*message))](
          std::string_view bytes, Moment at) {
        const auto part = bytes.substr(0, size - shared->payload.size());
        shared->payload += part;
        if (shared->payload.size() == size) publish(modem, *shared, at);
        return part.size();
      });
  return Answer::later();
}

/// The older form: the payload ends with Ctrl-Z; Esc gives up.
Answer publish_typed(Modem& modem, const Args& args, Moment now) {
  auto message = publication(modem, args, "+QMTPUB");
  if (!message || args.size() != 5) return Answer::error();
  modem.terminal.raw("\r\n> ", now);
  modem.terminal.begin_data(
      [&modem, shared = std::make_shared<Publication>(std::move(*message))](std::string_view bytes, Moment at) {
        constexpr std::string_view ends = "\x1a\x1b";
        const auto end = bytes.find_first_of(ends);
        shared->payload += bytes.substr(0, end);
        if (end == std::string_view::npos) return bytes.size();
        if (bytes[end] == '\x1a') {
          publish(modem, *shared, at);
        } else {
          modem.terminal.end_data();
          modem.terminal.finish(Answer::ok(), at);
        }
        return end + 1;
      });
  return Answer::later();
}

/// Messages kept by recv/mode 1: one by its place, or all.
Answer fetch(Modem& modem, const Args& args, Moment) {
  auto* slot = connected(modem, args);
  if (slot == nullptr || !args.between(1, 2)) return Answer::error();
  const auto which = args.absent(1) ? std::optional<std::int64_t>(-1) : args.number(1, 0, 4);
  if (!which || *which >= std::ssize(slot->stored)) return Answer::error();
  std::vector<std::string> lines;
  const auto line = [&](const MqttMessage& message) {
    lines.push_back("+QMTRECV: " + std::to_string(*args.number(0, 0, 5)) + "," + std::to_string(message.packet_id) +
                    "," + in_quotes(message.topic) + "," + std::to_string(message.payload.size()) + "," +
                    in_quotes(message.payload));
  };
  if (*which >= 0) {
    line(slot->stored[static_cast<std::size_t>(*which)]);
    slot->stored.erase(slot->stored.begin() + *which);
  } else {
    for (const auto& message : slot->stored) line(message);
    slot->stored.clear();
  }
  return Answer::ok(std::move(lines));
}

Answer subscribe_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTSUB: (0-5),(1-65535),<topic>,(0-2)");
}
Answer unsubscribe_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTUNS: (0-5),(1-65535),<topic>");
}
Answer publish_test(Modem&, const Args&, Moment) {
  return Answer::ok("+QMTPUBEX: (0-5),(0-65535),(0-2),(0,1),<topic>,(1-4096)");
}

constexpr Entry table[] = {
    {.name = "+QMTSUB", .test = subscribe_test, .set = subscribe},
    {.name = "+QMTUNS", .test = unsubscribe_test, .set = unsubscribe},
    {.name = "+QMTPUBEX", .test = publish_test, .set = publish_sized, .alone = true},
    {.name = "+QMTPUB", .test = just_ok, .set = publish_typed, .alone = true},
    {.name = "+QMTRECV", .test = just_ok, .set = fetch},
};

}  // namespace cmd_mqtt_messages

std::span<const Entry> mqtt_message_commands() {
  return cmd_mqtt_messages::table;
}

}  // namespace epki::sim
