#pragma once
// What the modem needs of the network, so that a test can play the network. The real one is run/real_network.cpp.

#include <atomic>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "sim/net/network.hpp"

namespace epki::sim {

/// Every call may block and may come from any thread.
class NetworkPort {
 public:
  virtual ~NetworkPort() = default;
  virtual std::vector<std::string> resolve(std::string_view host) = 0;
  /// AT+QIDNSCFG; an empty list: as after a restart.
  virtual void use_dns(std::vector<std::string> /*servers*/) {}
  virtual Opened open_plain(std::string_view host, std::uint16_t port, std::chrono::milliseconds limit,
                            const std::atomic<bool>& cancel) = 0;
  virtual Opened open_tls(std::string_view host, std::uint16_t port, const TlsSettings& settings,
                          const TrustPolicy& policy, std::chrono::milliseconds limit,
                          const std::atomic<bool>& cancel) = 0;
  virtual std::unique_ptr<MqttClient> start_mqtt(std::unique_ptr<Channel> channel, MqttClient::Sink sink) = 0;
};

}  // namespace epki::sim
