// The MQTT client against a scripted peer, for what a good broker never does.
#include <gtest/gtest.h>

#include "mqtt_inbox.hpp"
#include "sim/net/mqtt_packet.hpp"

namespace epki::sim::bench {
namespace {

using namespace std::string_literals;
using std::chrono::milliseconds;
using std::chrono::seconds;
using Event = MqttClient::Event;
using Kind = Event::Kind;

/// Both ends of a connection in memory.
class Pipe {
 public:
  std::unique_ptr<Channel> channel();

  void peer_sends(std::string_view bytes) {
    const std::lock_guard lock(mutex_);
    to_client_ += bytes;
    changed_.notify_all();
  }
  void peer_closes() {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    changed_.notify_all();
  }
  /// Waits until the client has sent exactly these bytes more.
  void expect_sent(const std::string& bytes) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, seconds(20), [&] { return from_client_.size() >= bytes.size(); });
    EXPECT_EQ(from_client_.substr(0, bytes.size()), bytes);
    from_client_.erase(0, bytes.size());
  }

 private:
  friend class PipeEnd;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::string to_client_, from_client_;
  bool closed_ = false;
};

class PipeEnd final : public Channel {
 public:
  explicit PipeEnd(Pipe& pipe) : pipe_(pipe) {}
  std::string receive(milliseconds wait) override {
    std::unique_lock lock(pipe_.mutex_);
    pipe_.changed_.wait_for(lock, wait, [this] { return pipe_.closed_ || !pipe_.to_client_.empty(); });
    return std::exchange(pipe_.to_client_, {});
  }
  bool send(std::string_view bytes) override {
    const std::lock_guard lock(pipe_.mutex_);
    pipe_.from_client_ += bytes;
    pipe_.changed_.notify_all();
    return !pipe_.closed_;
  }
  bool closed() const override {
    const std::lock_guard lock(pipe_.mutex_);
    return pipe_.closed_;
  }
  void close() override { pipe_.peer_closes(); }

 private:
  Pipe& pipe_;
};

std::unique_ptr<Channel> Pipe::channel() {
  return std::make_unique<PipeEnd>(*this);
}

TEST(MqttClient, UnderstandsPacketsThatArriveByteByByte) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  for (const char byte : "\x20\x02\x00\x04\x90\x03\x00\x07\x80\x30\x04\x00\x01th"s) pipe.peer_sends({&byte, 1});
  EXPECT_EQ(inbox.next(Kind::connack).code, 4);
  EXPECT_EQ(inbox.next(Kind::suback).code, 128);
  EXPECT_EQ(inbox.next(Kind::message).payload, "h");
}

TEST(MqttClient, AcknowledgesWhatItReceives) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  pipe.peer_sends("\x32\x05\x00\x01t\x00\x09"s);
  pipe.expect_sent("\x40\x02\x00\x09"s);
  EXPECT_EQ(inbox.next(Kind::message).packet_id, 9);
}

TEST(MqttClient, DeliversQosTwoOnceHoweverOftenItIsRepeated) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  for (const char* first_byte : {"\x34", "\x3c"}) {
    pipe.peer_sends(first_byte + "\x05\x00\x01t\x00\x09"s);
    pipe.expect_sent("\x50\x02\x00\x09"s);
  }
  pipe.peer_sends("\x62\x02\x00\x09"s);
  pipe.expect_sent("\x70\x02\x00\x09"s);
  pipe.peer_sends("\xb0\x02\x00\x01"s);
  EXPECT_EQ(inbox.next(Kind::message).packet_id, 9);
  inbox.next(Kind::unsuback);
}

TEST(MqttClient, EndsWhenThePeerSpeaksSomethingElse) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  pipe.peer_sends("HTTP/1.1 400 Bad Request\r\n");
  EXPECT_EQ(inbox.next(Kind::closed).code, MqttClient::protocol_error);
}

TEST(MqttClient, EndsWhenThePeerCloses) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  pipe.peer_sends("\x20\x02\x00\x00\x30"s);
  inbox.next(Kind::connack);
  pipe.peer_closes();
  EXPECT_EQ(inbox.next(Kind::closed).code, MqttClient::by_peer);
}

TEST(MqttClient, PingsWhenIdleAndEndsWhenNoAnswerComes) {
  Pipe pipe;
  Inbox inbox;
  auto client = MqttClient::start(pipe.channel(), inbox.sink());
  client->connect("c", "", "", true, 1);
  pipe.expect_sent(mqtt::write_connect({"c", "", "", true, 1}));
  pipe.peer_sends("\x20\x02\x00\x00"s);
  inbox.next(Kind::connack);
  pipe.expect_sent(mqtt::write_pingreq());
  pipe.peer_sends("\xd0\x00"s);
  pipe.expect_sent(mqtt::write_pingreq());
  EXPECT_EQ(inbox.next(Kind::closed).code, MqttClient::no_ping_response);
}

TEST(MqttClient, MayBeUsedFromItsOwnEvents) {
  Pipe pipe;
  Inbox inbox;
  std::unique_ptr<MqttClient> client;
  client = MqttClient::start(pipe.channel(), [&, tell = inbox.sink()](const Event& event) {
    if (event.kind == Kind::connack) client->subscribe(1, 0, "a");
    tell(event);
  });
  pipe.peer_sends("\x20\x02\x00\x00"s);
  pipe.expect_sent(mqtt::write_subscribe(1, 0, "a"));
  inbox.next(Kind::connack);
}

}  // namespace
}  // namespace epki::sim::bench
