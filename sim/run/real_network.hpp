#pragma once
#include <memory>

#include "sim/front/network_port.hpp"

namespace epki::sim {

/// TCP, mbedTLS and MQTT as sim/net does them.
std::unique_ptr<NetworkPort> real_network(std::shared_ptr<const Persona> persona);

}  // namespace epki::sim
