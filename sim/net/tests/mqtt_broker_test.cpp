// The MQTT client and the channels under it against a real Mosquitto, over TLS and plain.
#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include "mqtt_inbox.hpp"
#include "tls_bench.hpp"

namespace epki::sim::bench {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Event = MqttClient::Event;
using Kind = Event::Kind;

std::uint16_t free_port() {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  socklen_t size = sizeof address;
  const int fd = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  EXPECT_EQ(::bind(fd, reinterpret_cast<sockaddr*>(&address), size), 0);
  EXPECT_EQ(::getsockname(fd, reinterpret_cast<sockaddr*>(&address), &size), 0);
  ::close(fd);
  return ntohs(address.sin_port);
}

class Broker : public testing::Test {
 protected:
  void SetUp() override {
    const auto& pki = Pki::instance();
    plain_ = free_port();
    tls_ = free_port();
    const std::string listener = "listener ", here = " 127.0.0.1\nallow_anonymous true\n";
    std::string config = "persistence false\nper_listener_settings true\nset_tcp_nodelay true\n";
    if (::geteuid() == 0) config += "user root\n";  // else it gives up the right to read the key
    config += listener + std::to_string(plain_) + here;
    config += listener + std::to_string(tls_) + here;
    config += "certfile " + pki.path("ok.pem") + "\nkeyfile " + pki.path("ok.key") + "\n";
    const std::string file = pki.path("mosquitto-" + std::to_string(tls_) + ".conf");
    ASSERT_TRUE(write_new_file(file, config, 0600));
    auto broker = Child::start({.argv = {"mosquitto", "-c", file}, .error_file = pki.path("mosquitto.log")});
    ASSERT_TRUE(broker) << broker.error().what;
    broker_.emplace(std::move(*broker));
    persona_.hosts[std::string(kHost)] = {"127.0.0.1"};
  }

  /// Opens as soon as the broker listens.
  Opened open(bool tls) {
    const Client client = client_of(Anchors::uploaded);
    Resolver resolver(persona_);
    const std::atomic<bool> cancel{false};
    const Deadline by = after(seconds(20));
    for (;;) {
      auto opened = tls ? open_tls(resolver, kHost, tls_, client.settings, client.policy, {}, seconds(20), cancel)
                        : open_plain(resolver, kHost, plain_, seconds(20), cancel);
      if (opened.failure != OpenFailure::tcp || std::chrono::steady_clock::now() > by) return opened;
      if (broker_->wait(after(milliseconds(10)))) return opened;  // mosquitto ended: nothing will listen
    }
  }

  Persona persona_;
  std::optional<Child> broker_{};
  std::uint16_t plain_ = 0, tls_ = 0;
};

void expect_echo(MqttClient& client, Inbox& inbox, int qos) {
  const int id = 10 + qos;
  const std::string payload = "QoS " + std::to_string(qos) + std::string(5000, '.') + "\0\xff"s;
  client.publish(id, qos, false, "ec200u/test", payload);
  // The acknowledgement and the copy come in either order.
  bool came_back = false, acknowledged = qos == 0;
  while (!(came_back && acknowledged) && !testing::Test::HasFailure()) {
    const Event event = inbox.next();
    if (event.kind == Kind::message) {
      EXPECT_EQ(event.topic, "ec200u/test");
      EXPECT_EQ(event.payload, payload);
      came_back = true;
    } else {
      EXPECT_EQ(event.kind, Kind::puback);
      EXPECT_EQ(event.packet_id, id);
      acknowledged = true;
    }
  }
}

TEST_F(Broker, APublicationComesBackOverTlsAndPlain) {
  for (const bool tls : {true, false}) {
    auto opened = open(tls);
    ASSERT_NE(opened.channel, nullptr) << opened.detail;
    Inbox inbox;
    auto client = MqttClient::start(std::move(opened.channel), inbox.sink());
    client->connect("modem", "", "", true, 60);
    EXPECT_EQ(inbox.next(Kind::connack).code, 0);
    client->subscribe(1, 2, "ec200u/#");
    const Event granted = inbox.next(Kind::suback);
    EXPECT_EQ(granted.packet_id, 1);
    EXPECT_EQ(granted.code, 2);
    for (int qos = 0; qos <= 2; ++qos) expect_echo(*client, inbox, qos);
    client->unsubscribe(2, "ec200u/#");
    EXPECT_EQ(inbox.next(Kind::unsuback).packet_id, 2);
    client->disconnect();
    EXPECT_EQ(inbox.next(Kind::closed).code, MqttClient::by_us);
  }
}

TEST_F(Broker, ItsEndIsAnEvent) {
  auto opened = open(true);
  ASSERT_NE(opened.channel, nullptr) << opened.detail;
  Inbox inbox;
  auto client = MqttClient::start(std::move(opened.channel), inbox.sink());
  client->connect("modem", "", "", true, 60);
  EXPECT_EQ(inbox.next(Kind::connack).code, 0);
  broker_->stop();
  EXPECT_EQ(inbox.next(Kind::closed).code, MqttClient::by_peer);
}

TEST_F(Broker, AClientThatIsDroppedLeavesQuietly) {
  auto opened = open(true);
  ASSERT_NE(opened.channel, nullptr) << opened.detail;
  Inbox inbox;
  auto client = MqttClient::start(std::move(opened.channel), inbox.sink());
  client->connect("modem", "", "", true, 0);
  EXPECT_EQ(inbox.next(Kind::connack).code, 0);
  client.reset();
  EXPECT_TRUE(inbox.empty());
}

}  // namespace
}  // namespace epki::sim::bench
