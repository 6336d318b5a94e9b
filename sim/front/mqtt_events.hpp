#pragma once
#include "sim/front/modem.hpp"

namespace epki::sim {

/// Turns what happens in a session into unsolicited lines.
void mqtt_event(Modem& modem, int client, const MqttClient::Event& event, Moment now);

}  // namespace epki::sim
