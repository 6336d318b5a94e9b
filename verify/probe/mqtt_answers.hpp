#pragma once
// The least of an MQTT 3.1.1 server: what a client must hear to believe that it is connected.

#include <functional>
#include <string>

#include "pki/ossl/tls_server.hpp"

namespace epki::probe {

/// An `answer` for one connection. CONNECT: CONNACK 0; PUBLISH with QoS 1: PUBACK, with QoS 2: PUBREC; PUBREL: PUBCOMP;
/// SUBSCRIBE: SUBACK granting what was asked; UNSUBSCRIBE: UNSUBACK; PINGREQ: PINGRESP; DISCONNECT: the end. A first
/// packet that is no CONNECT is no MQTT and gets no answer at all (the SSL path sends a bare byte).
std::function<ossl::Answer(const std::string&)> mqtt_answers();

}  // namespace epki::probe
