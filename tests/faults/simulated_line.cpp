#include "tests/faults/simulated_line.hpp"

#include <algorithm>
#include <cstring>

#include "core/text.hpp"

namespace epki::faults {
namespace {

/// Nothing is ever said on it: what is said goes through PlayedMqtt.
class QuietChannel final : public sim::Channel {
 public:
  std::string receive(std::chrono::milliseconds) override { return {}; }
  bool send(std::string_view) override { return true; }
  bool closed() const override { return true; }
  void close() override {}
};

class PlayedMqtt final : public sim::MqttClient {
 public:
  explicit PlayedMqtt(Sink sink) : sink_(std::move(sink)) {}
  void connect(std::string_view, std::string_view, std::string_view, bool, int) override {
    sink_({.kind = Event::Kind::connack, .code = 0});
  }
  void publish(int packet, int qos, bool, std::string_view topic, std::string_view payload) override {
    if (qos > 0) sink_({.kind = Event::Kind::puback, .packet_id = packet});
    if (topic == subscribed_)
      sink_({.kind = Event::Kind::message, .topic = subscribed_, .payload = std::string(payload)});
  }
  void subscribe(int packet, int qos, std::string_view topic) override {
    subscribed_ = topic;
    sink_({.kind = Event::Kind::suback, .packet_id = packet, .code = qos});
  }
  void unsubscribe(int packet, std::string_view) override {
    subscribed_.clear();
    sink_({.kind = Event::Kind::unsuback, .packet_id = packet});
  }
  void disconnect() override {}

 private:
  Sink sink_;
  std::string subscribed_;
};

/// Verifies as the persona's policy says, on file contents: no handshake, the same verdict.
class PlayedNetwork final : public sim::NetworkPort {
 public:
  PlayedNetwork(World& world, const sim::Persona& persona) : world_(world), resolver_(persona), policy_(persona.mqtt) {}

  std::vector<std::string> resolve(std::string_view host) override {
    if (resolver_.resolve(host).empty()) return {};  // counts the persona's faults
    const auto& names = world_.names;
    return std::find(names.begin(), names.end(), host) == names.end() ? std::vector<std::string>()
                                                                      : std::vector<std::string>{"127.0.0.1"};
  }

  sim::Opened open_plain(std::string_view host, std::uint16_t, std::chrono::milliseconds,
                         const std::atomic<bool>&) override {
    ++world_.plain_opens;
    return reached(host);
  }

  sim::Opened open_tls(std::string_view host, std::uint16_t, const sim::TlsSettings& settings, const sim::TrustPolicy&,
                       std::chrono::milliseconds, const std::atomic<bool>&) override {
    ++world_.tls_opens;
    auto opened = reached(host);
    if (opened.failure != sim::OpenFailure::none || accepts(host, settings)) return opened;
    return {nullptr, sim::OpenFailure::tls, "refused"};
  }

  std::unique_ptr<sim::MqttClient> start_mqtt(std::unique_ptr<sim::Channel>, sim::MqttClient::Sink sink) override {
    return std::make_unique<PlayedMqtt>(std::move(sink));
  }

 private:
  sim::Opened reached(std::string_view host) {
    if (host != "127.0.0.1" && resolve(host).empty()) return {nullptr, sim::OpenFailure::name, "no such name"};
    if (resolver_.resets_next()) return {nullptr, sim::OpenFailure::tcp, "reset"};
    return {std::make_unique<QuietChannel>(), sim::OpenFailure::none, ""};
  }
  bool accepts(std::string_view host, const sim::TlsSettings& settings) const {
    if (settings.seclevel == 0 || policy_.anchors == sim::Anchors::unverified) return true;
    if (!settings.cacert || *settings.cacert != world_.right_ca) return false;
    return host == world_.broker_name || policy_.hostname == sim::Hostname::unchecked;
  }

  World& world_;
  sim::Resolver resolver_;
  sim::TrustPolicy policy_;
};

}  // namespace

std::unique_ptr<sim::NetworkPort> played_network(World& world, const sim::Persona& persona) {
  return std::make_unique<PlayedNetwork>(world, persona);
}

Result<std::size_t> SimulatedLine::read_some(std::span<std::byte> into, Deadline by) {
  for (;;) {
    modem_.advance(time_.now());
    ready_ += modem_.take_output(time_.now());
    if (look_) look_();
    if (!ready_.empty()) break;
    if (modem_.gone()) return Error{Errc::modem_gone, name() + " is gone (unplugged?)", {}};
    if (time_.now() >= by) return std::size_t{0};
    const auto due = modem_.next_due();
    time_.advance_to(due ? std::clamp(*due, time_.now(), by) : by);
  }
  const auto count = std::min(into.size(), ready_.size());
  std::memcpy(into.data(), ready_.data(), count);
  ready_.erase(0, count);
  return count;
}

void SimulatedLine::hand_over(std::string_view bytes) {
  modem_.feed(bytes, time_.now());
  ready_ += modem_.take_output(time_.now());
  written_ += bytes.size();
  if (look_) look_();
}

Status SimulatedLine::write_all(std::span<const std::byte> bytes, Deadline) {
  const auto text = as_text(bytes);
  if (modem_.gone()) return Error{Errc::modem_gone, name() + " is gone (unplugged?)", {}};
  if (kill_at_ > 0 && written_ + text.size() >= kill_at_) {
    hand_over(text.substr(0, kill_at_ - written_));
    throw Killed{};
  }
  hand_over(text);
  return success();
}

}  // namespace epki::faults
