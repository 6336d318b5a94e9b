#pragma once
// Mosquitto opens its port before it has read certificate and key: that a connection is accepted does not mean that it
// will serve. This asks the program behind the port to say something.

#include <cstdint>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"

namespace epki::broker {

enum class Knock : std::uint8_t {
  closed,    ///< nobody accepts, or nobody answered in time
  hung_up,   ///< the connection ended without a byte: a listener without TLS, or a program that is ending
  answered,  ///< a TLS server is at work
};

Knock knock(const std::string& host, std::uint16_t port, Deadline by);

/// A connected socket, which the caller closes. Errc::network when nobody accepts, or not in time.
Result<int> connect_tcp(const std::string& host, std::uint16_t port, Deadline by);

}  // namespace epki::broker
