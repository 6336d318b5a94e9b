#include "sim/run/real_network.hpp"

#include <utility>

namespace epki::sim {
namespace {

class RealNetwork final : public NetworkPort {
 public:
  explicit RealNetwork(std::shared_ptr<const Persona> persona) : persona_(std::move(persona)), resolver_(*persona_) {}

  std::vector<std::string> resolve(std::string_view host) override { return resolver_.resolve(host); }

  void use_dns(std::vector<std::string> servers) override { resolver_.ask(std::move(servers)); }

  Opened open_plain(std::string_view host, std::uint16_t port, std::chrono::milliseconds limit,
                    const std::atomic<bool>& cancel) override {
    return sim::open_plain(resolver_, host, port, limit, cancel);
  }

  Opened open_tls(std::string_view host, std::uint16_t port, const TlsSettings& settings, const TrustPolicy& policy,
                  std::chrono::milliseconds limit, const std::atomic<bool>& cancel) override {
    return sim::open_tls(resolver_, host, port, settings, policy, persona_->built_in_pem, limit, cancel);
  }

  std::unique_ptr<MqttClient> start_mqtt(std::unique_ptr<Channel> channel, MqttClient::Sink sink) override {
    return MqttClient::start(std::move(channel), std::move(sink));
  }

 private:
  std::shared_ptr<const Persona> persona_;
  Resolver resolver_;
};

}  // namespace

std::unique_ptr<NetworkPort> real_network(std::shared_ptr<const Persona> persona) {
  return std::make_unique<RealNetwork>(std::move(persona));
}

}  // namespace epki::sim
