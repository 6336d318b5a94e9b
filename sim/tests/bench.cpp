#include "sim/tests/bench.hpp"

#include <gtest/gtest.h>
#include <poll.h>

#include <stdexcept>
#include <utility>

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

class FakeChannel final : public Channel {
 public:
  explicit FakeChannel(std::shared_ptr<Peer> peer) : peer_(std::move(peer)) {}

  std::string receive(std::chrono::milliseconds wait) override {
    std::unique_lock lock(peer_->guard);
    peer_->changed.wait_for(lock, wait, [this] { return !peer_->to_modem.empty() || ended(); });
    if (peer_->to_modem.empty()) return {};
    auto bytes = std::move(peer_->to_modem.front());
    peer_->to_modem.pop_front();
    return bytes;
  }
  bool send(std::string_view bytes) override {
    const std::lock_guard lock(peer_->guard);
    if (ended()) return false;
    peer_->from_modem += bytes;
    return true;
  }
  bool closed() const override {
    const std::lock_guard lock(peer_->guard);
    return ended() && peer_->to_modem.empty();
  }
  void close() override {
    const std::lock_guard lock(peer_->guard);
    peer_->closed_by_modem = true;
    peer_->changed.notify_all();
  }

 private:
  bool ended() const { return peer_->closed_by_us || peer_->closed_by_modem; }
  std::shared_ptr<Peer> peer_;
};

class FakeMqtt final : public MqttClient {
 public:
  explicit FakeMqtt(std::shared_ptr<Broker> broker) : broker_(std::move(broker)) {}
  ~FakeMqtt() override { note("gone"); }
  void connect(std::string_view id, std::string_view user, std::string_view password, bool clean,
               int keepalive) override {
    note("connect " + std::string(id) + " " + std::string(user) + " " + std::string(password) + " " +
         std::to_string(clean) + " " + std::to_string(keepalive));
  }
  void publish(int packet, int qos, bool retain, std::string_view topic, std::string_view payload) override {
    note("publish " + std::to_string(packet) + " " + std::to_string(qos) + " " + std::to_string(retain) + " " +
         std::string(topic) + " " + std::string(payload));
  }
  void subscribe(int packet, int qos, std::string_view topic) override {
    note("subscribe " + std::to_string(packet) + " " + std::to_string(qos) + " " + std::string(topic));
  }
  void unsubscribe(int packet, std::string_view topic) override {
    note("unsubscribe " + std::to_string(packet) + " " + std::string(topic));
  }
  void disconnect() override { note("disconnect"); }

 private:
  void note(std::string what) {
    const std::lock_guard lock(broker_->guard);
    broker_->asked.push_back(std::move(what));
    broker_->changed.notify_all();
  }
  std::shared_ptr<Broker> broker_;
};

}  // namespace

void Peer::send(std::string bytes) {
  const std::lock_guard lock(guard);
  to_modem.push_back(std::move(bytes));
  changed.notify_all();
}

void Peer::hang_up() {
  const std::lock_guard lock(guard);
  closed_by_us = true;
  changed.notify_all();
}

std::string Broker::all() {
  const std::lock_guard lock(guard);
  std::string text;
  for (const auto& line : asked) text += line + "\n";
  return text;
}

void Broker::answer(std::string_view asked_for, const MqttClient::Event& event) {
  {
    std::unique_lock lock(guard);
    const bool came = changed.wait_for(lock, 5s, [&] {
      while (seen < asked.size())
        if (asked[seen++].starts_with(asked_for)) return true;
      return false;
    });
    if (!came) {
      ADD_FAILURE() << "the modem never asked for " << asked_for;
      return;
    }
  }
  tell(event);
}

void Broker::tell(const MqttClient::Event& event) {
  MqttClient::Sink to;
  {
    const std::lock_guard lock(guard);
    to = sink;
  }
  to(event);
}

std::vector<std::string> FakeNetwork::resolve(std::string_view host) {
  {
    std::unique_lock lock(plan_->peer->guard);
    plan_->peer->changed.wait(lock, [this] { return !plan_->hold_look_ups; });
  }
  const auto found = plan_->names.find(std::string(host));
  return found == plan_->names.end() ? std::vector<std::string>() : found->second;
}

Opened FakeNetwork::open(const std::string& what, const std::atomic<bool>& cancel) {
  {
    const std::lock_guard lock(plan_->guard);
    plan_->opened.push_back(what);
  }
  if (plan_->never_ends) {
    std::unique_lock lock(plan_->peer->guard);
    while (!cancel) plan_->peer->changed.wait_for(lock, 5ms);
  }
  if (cancel) return {nullptr, OpenFailure::timeout, "cancelled"};
  if (plan_->failure != OpenFailure::none) return {nullptr, plan_->failure, "as planned"};
  return {std::make_unique<FakeChannel>(plan_->peer), OpenFailure::none, ""};
}

Opened FakeNetwork::open_plain(std::string_view host, std::uint16_t port, std::chrono::milliseconds,
                               const std::atomic<bool>& cancel) {
  return open("plain " + std::string(host) + ":" + std::to_string(port), cancel);
}

Opened FakeNetwork::open_tls(std::string_view host, std::uint16_t port, const TlsSettings& settings, const TrustPolicy&,
                             std::chrono::milliseconds, const std::atomic<bool>& cancel) {
  {
    const std::lock_guard lock(plan_->guard);
    plan_->settings = settings;
  }
  return open("tls " + std::string(host) + ":" + std::to_string(port), cancel);
}

std::unique_ptr<MqttClient> FakeNetwork::start_mqtt(std::unique_ptr<Channel>, MqttClient::Sink sink) {
  const std::lock_guard lock(plan_->broker->guard);
  plan_->broker->sink = std::move(sink);
  return std::make_unique<FakeMqtt>(plan_->broker);
}

Persona with(const std::string& toml) {
  auto persona = parse_persona(toml, "bench.toml", {});
  EXPECT_TRUE(persona) << persona.error().what << persona.error().hint;
  return persona ? *persona : Persona{};
}

Persona Bench::bench_persona() {
  Persona persona;
  persona.name = "bench";
  return persona;
}

Bench::Bench(Persona persona, std::filesystem::path folder, bool boot) {
  if (folder.empty()) {
    auto made = TemporaryFolder::make("epki-sim-test");
    if (!made) throw std::runtime_error(made.error().what);
    own.emplace(std::move(*made));
    folder = own->path() / "ufs";
  }
  const auto shared = std::make_shared<const Persona>(std::move(persona));
  auto files = FileStore::open(folder, shared->faults.storage_bytes);
  if (!files) throw std::runtime_error(files.error().what);
  const auto noon = *parse_rfc3339("2026-11-22T12:00:00Z");
  modem = std::make_unique<Modem>(
      Modem::Parts{shared, std::move(*files), std::make_unique<FakeNetwork>(network), noon, [](const std::string&) {}},
      now);
  if (!boot) return;
  pass(shared->boot + 200ms);
  if (shared->think == 0ms && shared->baud == 0) modem->terminal.settings.echo = false;
}

Bench Bench::online(Persona persona) {
  Bench bench(std::move(persona));
  bench.say("AT+QIACT=1");
  bench.network->names["broker.test"] = {"127.0.0.1", "127.0.0.2"};
  return bench;
}

std::string Bench::feed(std::string_view bytes) {
  modem->feed(bytes, now);
  return modem->take_output(now);
}

std::string Bench::pass(std::chrono::milliseconds span) {
  const auto end = now + span;
  std::string out;
  for (;;) {
    const auto due = modem->next_due();
    now = due && *due < end ? std::max(now, *due) : end;
    modem->advance(now);
    out += modem->take_output(now);
    if (now >= end && !(modem->next_due() && *modem->next_due() <= end)) return out;
  }
}

std::string Bench::until(std::string_view text) {
  const auto deadline = std::chrono::steady_clock::now() + 30s;
  std::string out = pass(0ms);
  while (out.find(text) == std::string::npos) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - std::chrono::steady_clock::now());
    pollfd watched{modem->inbox_fd(), POLLIN, 0};
    if (left <= 0ms || poll(&watched, 1, static_cast<int>(left.count())) == 0) {
      ADD_FAILURE() << "never came: " << text << "\nwhat came: " << out;
      return out;
    }
    out += pass(0ms);
  }
  return out;
}

std::string Bench::upload(std::string_view name, std::string_view content) {
  say("AT+QFUPL=\"" + std::string(name) + "\"," + std::to_string(content.size()));
  return feed(content);
}

std::string Bench::file(std::string_view name) const {
  const auto* content = modem->files().find(name);
  return content == nullptr ? "<none>" : *content;
}

std::string test_data(std::string_view name) {
  auto content = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "sim/tests/data" / name);
  return content ? std::move(*content) : std::string();
}

}  // namespace epki::sim
