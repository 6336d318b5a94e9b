#pragma once
// A modem on the bench: no pty, no network, and time that moves when the test says so.

#include <atomic>
#include <condition_variable>
#include <deque>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/file.hpp"
#include "sim/front/modem.hpp"

namespace epki::sim {

/// The other end of a connection, in the test's hand. Outlives the channel.
struct Peer {
  std::mutex guard{};
  std::condition_variable changed{};
  std::deque<std::string> to_modem{};
  std::string from_modem{};
  bool closed_by_us = false, closed_by_modem = false;

  void send(std::string bytes);
  void hang_up();
};

/// What an MQTT client of the modem was asked to do, and the way to answer.
struct Broker {
  std::mutex guard{};
  std::condition_variable changed{};
  std::size_t seen = 0;
  std::vector<std::string> asked{};  ///< "connect id user password 1 120", "publish 1 1 0 topic payload" …
  MqttClient::Sink sink{};
  std::string all();
  /// Waits until the modem asks for something that begins so, after what was expected before; then answers.
  void answer(std::string_view asked_for, const MqttClient::Event& event);
  void tell(const MqttClient::Event& event);
};

class FakeNetwork final : public NetworkPort {
 public:
  struct Plan {
    std::map<std::string, std::vector<std::string>> names{};
    OpenFailure failure = OpenFailure::none;
    bool never_ends = false;  ///< opens hang until they are cancelled
    std::shared_ptr<Peer> peer = std::make_shared<Peer>();
    std::shared_ptr<Broker> broker = std::make_shared<Broker>();
    std::atomic<bool> hold_look_ups = false;  ///< they wait until this is false and `peer` was told
    std::mutex guard{};
    std::vector<std::string> opened{};  ///< "tls host:port", "plain host:port"
    std::optional<TlsSettings> settings{};
  };
  explicit FakeNetwork(std::shared_ptr<Plan> plan) : plan_(std::move(plan)) {}

  std::vector<std::string> resolve(std::string_view host) override;
  Opened open_plain(std::string_view host, std::uint16_t port, std::chrono::milliseconds limit,
                    const std::atomic<bool>& cancel) override;
  Opened open_tls(std::string_view host, std::uint16_t port, const TlsSettings& settings, const TrustPolicy& policy,
                  std::chrono::milliseconds limit, const std::atomic<bool>& cancel) override;
  std::unique_ptr<MqttClient> start_mqtt(std::unique_ptr<Channel> channel, MqttClient::Sink sink) override;

 private:
  Opened open(const std::string& what, const std::atomic<bool>& cancel);
  std::shared_ptr<Plan> plan_;
};

/// What a persona file of these lines makes; a test failure when it is none.
Persona with(const std::string& toml);

class Bench {
 public:
  /// Switched on and past its boot messages, echo still on. With a `folder`, files are kept there.
  explicit Bench(Persona persona = bench_persona(), std::filesystem::path folder = {}, bool boot = true);

  static Persona bench_persona();
  /// With packet context 1 up, and broker.test a name that resolves.
  static Bench online(Persona persona = bench_persona());
  /// Hands bytes over and returns what is answered at once; what threads report comes with pass() and until().
  std::string feed(std::string_view bytes);
  /// A command line, echo off: what the modem answers.
  std::string say(std::string_view line) { return feed(std::string(line) + "\r"); }
  /// Lets time pass and returns what came meanwhile.
  std::string pass(std::chrono::milliseconds span);
  /// Waits for the threads until the output holds `text`; returns all of it. Fails the test after some seconds.
  std::string until(std::string_view text);
  /// Uploads a file in one go; the answer.
  std::string upload(std::string_view name, std::string_view content);
  /// What the modem holds under that name; "<none>" when it has no such file.
  std::string file(std::string_view name) const;

  std::shared_ptr<FakeNetwork::Plan> network = std::make_shared<FakeNetwork::Plan>();
  Moment now{std::chrono::hours(1)};
  std::optional<TemporaryFolder> own{};
  std::unique_ptr<Modem> modem{};
};

std::string test_data(std::string_view name);

}  // namespace epki::sim
