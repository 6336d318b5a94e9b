#pragma once
// What strangers may cost a responder that stands on a public address.

#include <chrono>
#include <cstddef>

namespace epki::probe {

struct Caps {
  /// Connections that have not yet said who they are; beyond it the oldest goes.
  std::size_t strangers = 32;
  /// From the TCP connection to the whole ClientHello.
  std::chrono::seconds hello{60};
  /// One attempt's connection, from its ClientHello to its end.
  std::chrono::seconds attempt{900};
  /// What a relayed connection may pass, both ways together.
  std::size_t relayed_bytes = 4U << 20U;
};

}  // namespace epki::probe
