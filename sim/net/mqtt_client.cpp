#include <mutex>
#include <set>
#include <thread>
#include <utility>

#include "core/clock.hpp"
#include "sim/net/mqtt_packet.hpp"
#include "sim/net/network.hpp"

namespace epki::sim {

namespace {

using mqtt::Packet;
using mqtt::Parsed;
using mqtt::Type;
using std::chrono::milliseconds;
using Kind = MqttClient::Event::Kind;
using SteadyClock = std::chrono::steady_clock;

// Without a keepalive there is nothing to wake for; close() ends the wait.
constexpr std::chrono::hours kNoHurry{1};

class Client final : public MqttClient {
 public:
  Client(std::unique_ptr<Channel> channel, Sink sink)
      : channel_(std::move(channel)), sink_(std::move(sink)), reader_([this] { run(); }) {}

  ~Client() override {
    ending_ = true;
    channel_->close();
    reader_.join();
  }

  void connect(std::string_view client_id, std::string_view user, std::string_view password, bool clean,
               int keepalive_seconds) override {
    keepalive_ = std::chrono::seconds(keepalive_seconds);
    send(mqtt::write_connect({client_id, user, password, clean, keepalive_seconds}));
  }
  void publish(int packet_id, int qos, bool retain, std::string_view topic, std::string_view payload) override {
    send(mqtt::write_publish(packet_id, qos, retain, topic, payload));
  }
  void subscribe(int packet_id, int qos, std::string_view topic) override {
    send(mqtt::write_subscribe(packet_id, qos, topic));
  }
  void unsubscribe(int packet_id, std::string_view topic) override { send(mqtt::write_unsubscribe(packet_id, topic)); }
  void disconnect() override {
    because(by_us);  // first: the broker may close before we do
    send(mqtt::write_disconnect());
    channel_->close();
  }

 private:
  void run() {
    std::string pending;
    for (;;) {
      const std::string bytes = channel_->receive(until_next_ping());
      if (bytes.empty() && channel_->closed()) break;
      pending += bytes;
      if (!take_packets(pending)) close(protocol_error);
      ping_when_idle();
    }
    if (!ending_) sink_({.kind = Kind::closed, .packet_id = 0, .code = why_, .topic = {}, .payload = {}});
  }

  /// False when what arrived is no MQTT.
  bool take_packets(std::string& pending) {
    for (;;) {
      Parsed parsed = mqtt::parse_packet(pending);
      if (parsed.state == Parsed::State::malformed) return false;
      if (parsed.state == Parsed::State::need_more) return true;
      pending.erase(0, parsed.consumed);
      take(std::move(parsed.packet));
    }
  }

  void take(Packet packet) {
    switch (packet.type) {
      case Type::connack: return tell(Kind::connack, 0, packet.codes.front());
      case Type::publish: return take_publication(std::move(packet));
      case Type::puback:
      case Type::pubcomp: return tell(Kind::puback, packet.packet_id, 0);
      case Type::pubrec: return send(mqtt::write_acknowledgement(Type::pubrel, packet.packet_id));
      case Type::pubrel:
        unreleased_.erase(packet.packet_id);
        return send(mqtt::write_acknowledgement(Type::pubcomp, packet.packet_id));
      case Type::suback: return tell(Kind::suback, packet.packet_id, packet.codes.front());
      case Type::unsuback: return tell(Kind::unsuback, packet.packet_id, 0);
      default: ping_sent_.reset(); return;  // the parser lets only PINGRESP through
    }
  }

  void take_publication(Packet packet) {
    // QoS 2 is delivered once: a repeated PUBLISH of an identifier that was not released yet is only answered.
    const bool fresh = packet.qos < 2 || unreleased_.insert(packet.packet_id).second;
    if (packet.qos == 1) send(mqtt::write_acknowledgement(Type::puback, packet.packet_id));
    if (packet.qos == 2) send(mqtt::write_acknowledgement(Type::pubrec, packet.packet_id));
    if (fresh && !ending_)
      sink_({.kind = Kind::message,
             .packet_id = packet.packet_id,
             .code = 0,
             .topic = std::move(packet.topic),
             .payload = std::move(packet.payload)});
  }

  void tell(Kind kind, int packet_id, int code) {
    if (!ending_) sink_({.kind = kind, .packet_id = packet_id, .code = code, .topic = {}, .payload = {}});
  }

  void send(const std::string& packet) {
    const std::lock_guard lock(sending_);
    channel_->send(packet);
    last_sent_ = SteadyClock::now();
  }

  /// The first reason stands; by_peer is what is left when nobody here gave one.
  void because(ClosedBecause why) {
    int none_yet = by_peer;
    why_.compare_exchange_strong(none_yet, why);
  }

  void close(ClosedBecause why) {
    because(why);
    channel_->close();
  }

  SteadyClock::time_point next_ping() const {
    return (ping_sent_ ? *ping_sent_ : last_sent_.load()) + keepalive_.load();
  }

  milliseconds until_next_ping() const {
    if (keepalive_.load().count() <= 0) return kNoHurry;
    const auto left = std::chrono::ceil<milliseconds>(next_ping() - SteadyClock::now());
    return std::max(left, milliseconds(0));
  }

  // MQTT 3.1.1, section 3.1.2.10: something is sent within the keepalive, and an answer is waited for no longer.
  void ping_when_idle() {
    if (keepalive_.load().count() <= 0 || SteadyClock::now() < next_ping() || channel_->closed()) return;
    if (ping_sent_) return close(no_ping_response);
    send(mqtt::write_pingreq());
    ping_sent_ = SteadyClock::now();
  }

  std::unique_ptr<Channel> channel_;
  Sink sink_;
  std::mutex sending_;
  std::atomic<std::chrono::seconds> keepalive_{std::chrono::seconds(0)};
  std::atomic<SteadyClock::time_point> last_sent_{SteadyClock::now()};
  std::atomic<bool> ending_{false};
  std::atomic<int> why_{by_peer};
  std::optional<SteadyClock::time_point> ping_sent_{};  // the reader's own, as is the next
  std::set<int> unreleased_{};
  std::thread reader_;  // last: it uses the rest
};

}  // namespace

std::unique_ptr<MqttClient> MqttClient::start(std::unique_ptr<Channel> channel, Sink sink) {
  return std::make_unique<Client>(std::move(channel), std::move(sink));
}

}  // namespace epki::sim
