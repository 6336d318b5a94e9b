#include "sim/net/mqtt_packet.hpp"

#include <gtest/gtest.h>

#include <random>

namespace epki::sim::mqtt {
namespace {

using State = Parsed::State;
using namespace std::string_literals;

struct Case {
  const char* what;
  std::string bytes;
};

const std::vector<Case>& good_packets() {
  static const std::vector<Case> all = {
      {"CONNACK accepted", "\x20\x02\x00\x00"s},
      {"CONNACK refused, not authorised", "\x20\x02\x00\x05"s},
      {"PUBLISH QoS 0", "\x30\x05\x00\x01tab"s},
      {"PUBLISH QoS 1, retained, duplicate", "\x3b\x07\x00\x01t\x12\x34hi"s},
      {"PUBLISH QoS 2, empty payload", "\x34\x05\x00\x01t\x00\x01"s},
      {"PUBLISH of 200 bytes", "\x30\xc8\x01\x00\x01t"s + std::string(197, 'x')},
      {"PUBACK", "\x40\x02\x12\x34"s},
      {"PUBREC", "\x50\x02\x00\x01"s},
      {"PUBREL", "\x62\x02\x00\x01"s},
      {"PUBCOMP", "\x70\x02\x00\x01"s},
      {"SUBACK", "\x90\x03\x00\x07\x01"s},
      {"SUBACK of two filters, one refused", "\x90\x04\x00\x07\x00\x80"s},
      {"UNSUBACK", "\xb0\x02\x00\x07"s},
      {"PINGRESP", "\xd0\x00"s},
  };
  return all;
}

TEST(MqttPacket, EveryPacketIsTakenWholeAndOnlyWhenItIsWhole) {
  for (const auto& [what, bytes] : good_packets()) {
    for (std::size_t cut = 0; cut < bytes.size(); ++cut)
      EXPECT_EQ(parse_packet(bytes.substr(0, cut)).state, State::need_more) << what << " cut at " << cut;
    for (const std::string& after : {""s, "\xd0"s, "\x20\x02\x00\x00"s}) {
      const Parsed parsed = parse_packet(bytes + after);
      EXPECT_EQ(parsed.state, State::packet) << what << ": " << parsed.why;
      EXPECT_EQ(parsed.consumed, bytes.size()) << what;
    }
  }
}

TEST(MqttPacket, WhatAPacketSaysIsRead) {
  const Packet publish = parse_packet("\x3b\x07\x00\x01t\x12\x34hi"s).packet;
  EXPECT_EQ(publish.type, Type::publish);
  EXPECT_EQ(publish.qos, 1);
  EXPECT_TRUE(publish.retain);
  EXPECT_TRUE(publish.duplicate);
  EXPECT_EQ(publish.packet_id, 0x1234);
  EXPECT_EQ(publish.topic, "t");
  EXPECT_EQ(publish.payload, "hi");
  EXPECT_EQ(parse_packet("\x20\x02\x01\x05"s).packet.codes, std::vector<int>{5});
  EXPECT_TRUE(parse_packet("\x20\x02\x01\x00"s).packet.session_present);
  EXPECT_EQ(parse_packet("\x90\x04\x00\x07\x00\x80"s).packet.codes, (std::vector<int>{0, 128}));
}

TEST(MqttPacket, WhatIsNotMqttIsRefused) {
  const std::vector<Case> bad = {
      {"length of five bytes", "\x30\xff\xff\xff\xff\x01"s},
      {"larger than we take", "\x30\x81\x80\x10"s},
      {"QoS 3", "\x36\x05\x00\x01t\x00\x01"s},
      {"topic longer than the packet", "\x30\x03\x00\x05t"s},
      {"no room for the topic's length", "\x30\x01\x00"s},
      {"no room for the packet identifier", "\x32\x04\x00\x01t\x00"s},
      {"packet identifier 0", "\x32\x05\x00\x01t\x00\x00"s},
      {"topic with a wildcard", "\x30\x03\x00\x01#"s},
      {"empty topic", "\x30\x02\x00\x00"s},
      {"CONNACK too short", "\x20\x01\x00"s},
      {"CONNACK too long", "\x20\x03\x00\x00\x00"s},
      {"CONNACK with reserved bits", "\x20\x02\x02\x00"s},
      {"CONNACK with header flags", "\x21\x02\x00\x00"s},
      {"PUBREL without its flag", "\x60\x02\x00\x01"s},
      {"PUBACK with bytes to spare", "\x40\x03\x00\x01\x00"s},
      {"PUBACK of identifier 0", "\x40\x02\x00\x00"s},
      {"SUBACK without return code", "\x90\x02\x00\x07"s},
      {"SUBACK with code 3", "\x90\x03\x00\x07\x03"s},
      {"PINGRESP with a body", "\xd0\x01\x00"s},
      {"a client's CONNECT", "\x10\x00"s},
      {"type 0", std::string("\x00\x00", 2)},
      {"type 15", "\xf0\x00"s},
  };
  for (const auto& [what, bytes] : bad) EXPECT_EQ(parse_packet(bytes).state, State::malformed) << what;
}

TEST(MqttPacket, AnyBytesEndInOneOfThreeStates) {
  std::mt19937 random(20231122);  // the seed is fixed, so that a failure repeats
  for (int round = 0; round < 20000; ++round) {
    std::string bytes = good_packets()[random() % good_packets().size()].bytes;
    for (auto flips = 1 + random() % 3; flips > 0; --flips)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    const Parsed parsed = parse_packet(bytes);
    EXPECT_LE(parsed.consumed, bytes.size());
    EXPECT_EQ(parsed.state == State::malformed, !parsed.why.empty());
  }
}

TEST(MqttPacket, WhatTheClientWritesIsTheStandardsLayout) {
  EXPECT_EQ(write_connect({.client_id = "id", .user = "", .password = "", .clean = true, .keepalive_seconds = 60}),
            "\x10\x0e\x00\x04MQTT\x04\x02\x00\x3c\x00\x02id"s);
  EXPECT_EQ(write_connect({.client_id = "", .user = "u", .password = "pw", .clean = false, .keepalive_seconds = 0}),
            "\x10\x13\x00\x04MQTT\x04\xc0\x00\x00\x00\x00\x00\x01u\x00\x02pw"s);
  EXPECT_EQ(write_publish(7, 0, true, "t", "x"), "\x31\x04\x00\x01tx"s);
  EXPECT_EQ(write_publish(7, 1, false, "t", "x"), "\x32\x06\x00\x01t\x00\x07x"s);
  EXPECT_EQ(write_subscribe(1, 1, "a/#"),
            "\x82\x08\x00\x01\x00\x03"
            "a/#\x01"s);
  EXPECT_EQ(write_unsubscribe(2, "a"),
            "\xa2\x05\x00\x02\x00\x01"
            "a"s);
  EXPECT_EQ(write_acknowledgement(Type::pubrel, 258), "\x62\x02\x01\x02"s);
  EXPECT_EQ(write_acknowledgement(Type::puback, 3), "\x40\x02\x00\x03"s);
  EXPECT_EQ(write_pingreq(), "\xc0\x00"s);
  EXPECT_EQ(write_disconnect(), "\xe0\x00"s);
  // 321 bytes of body: the two-byte length of section 2.2.3's own example.
  EXPECT_EQ(write_publish(0, 0, false, "t", std::string(318, 'x')).substr(1, 2), "\xc1\x02"s);
}

}  // namespace
}  // namespace epki::sim::mqtt
