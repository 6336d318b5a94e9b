#include "sim/front/mqtt_events.hpp"

#include "core/text.hpp"

namespace epki::sim {
namespace {

using State = MqttSlot::State;
using Event = MqttClient::Event;
constexpr std::size_t most_stored = 5;

void connected(Modem& modem, MqttSlot& slot, int client, const Event& event, Moment now) {
  if (slot.state != State::connecting) return;
  modem.timeline().cancel(slot.timer);
  slot.state = event.code == 0 ? State::connected : State::open;
  modem.urc("+QMTCONN: " + std::to_string(client) + ",0," + std::to_string(event.code), now);
}

/// PUBACK, SUBACK, UNSUBACK: the result of the command that waits for this packet.
void acknowledged(Modem& modem, MqttSlot& slot, int client, const Event& event, Moment now) {
  const auto waiting = slot.awaited.extract(event.packet_id);
  if (waiting.empty()) return;
  const bool refused = event.kind == Event::Kind::suback && event.code == 128;
  auto line = waiting.mapped() + ": " + std::to_string(client) + "," + std::to_string(event.packet_id) +
              (refused ? ",2" : ",0");
  if (event.kind == Event::Kind::suback) line += "," + std::to_string(event.code);
  modem.urc(line, now);
}

void arrived(Modem& modem, MqttSlot& slot, int client, const Event& event, Moment now) {
  const auto& config = slot.config;
  const auto payload = config.receive_hex == 1 ? to_hex(as_bytes(event.payload)) : event.payload;
  const auto head = "+QMTRECV: " + std::to_string(client) + ",";
  if (config.receive_mode == 1) {
    if (slot.stored.size() >= most_stored) slot.stored.pop_front();
    slot.stored.push_back({event.packet_id, event.topic, payload});
    modem.urc(head + std::to_string(slot.stored.size() - 1), now);
    return;
  }
  const auto length = config.receive_length == 1 ? "," + std::to_string(payload.size()) : std::string();
  modem.urc(head + std::to_string(event.packet_id) + "," + in_quotes(event.topic) + length + "," + in_quotes(payload),
            now);
}

/// +QMTSTAT's numbers: 1 closed or reset by the peer, 2 no answer to a ping.
void closed(Modem& modem, MqttSlot& slot, int client, const Event& event, Moment now) {
  modem.timeline().cancel(slot.timer);
  const bool connecting = slot.state == State::connecting;
  slot.shut(false, modem.poster());
  if (connecting) modem.urc("+QMTCONN: " + std::to_string(client) + ",2", now);
  const int code = event.code == MqttClient::no_ping_response ? 2 : 1;
  modem.urc("+QMTSTAT: " + std::to_string(client) + "," + std::to_string(code), now);
}

}  // namespace

void mqtt_event(Modem& modem, int client, const Event& event, Moment now) {
  auto& slot = modem.mqtt[static_cast<std::size_t>(client)];
  switch (event.kind) {
    case Event::Kind::connack: connected(modem, slot, client, event, now); break;
    case Event::Kind::puback:
    case Event::Kind::suback:
    case Event::Kind::unsuback: acknowledged(modem, slot, client, event, now); break;
    case Event::Kind::message: arrived(modem, slot, client, event, now); break;
    case Event::Kind::closed: closed(modem, slot, client, event, now); break;
  }
}

}  // namespace epki::sim
