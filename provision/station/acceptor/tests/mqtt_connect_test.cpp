#include "provision/station/acceptor/mqtt_connect.hpp"

#include <gtest/gtest.h>

namespace epki::acceptor {
namespace {

using State = Connect::State;

// MQTT 3.1.1: protocol name, level 4, flags, keep alive, client id.
std::string packet(const std::string& client_id, const std::string& protocol = "MQTT") {
  const auto text = [](const std::string& words) {
    return std::string{static_cast<char>(words.size() >> 8U), static_cast<char>(words.size() & 0xffU)} + words;
  };
  const auto body = text(protocol) + std::string("\x04\x02\x00\x78", 4) + text(client_id);
  return std::string("\x10") + static_cast<char>(body.size()) + body;
}

TEST(MqttConnect, TellsTheClientId) {
  EXPECT_EQ(parse_connect(packet("epki-1")).client_id, "epki-1");
  EXPECT_EQ(parse_connect(packet("a", "MQIsdp")).client_id, "a");
  EXPECT_EQ(parse_connect(packet("epki-1") + "more").state, State::whole);
}

TEST(MqttConnect, WaitsForEveryByte) {
  const auto whole = packet("epki-0123456789abcdef01");
  for (std::size_t n = 0; n < whole.size(); ++n)
    EXPECT_EQ(parse_connect(whole.substr(0, n)).state, State::incomplete) << "after " << n << " bytes";
}

TEST(MqttConnect, RefusesEverythingElse) {
  EXPECT_EQ(parse_connect("GET / HTTP/1.1\r\n").state, State::none);
  EXPECT_EQ(parse_connect(packet("x", "AMQP")).state, State::none);
  EXPECT_EQ(parse_connect("\x10\xff\xff\xff\xff\x01").state, State::none) << "five length bytes";
  EXPECT_EQ(parse_connect("\x10\xff\x7f").state, State::none) << "16 KiB";
  EXPECT_EQ(parse_connect(std::string("\x10\x04\x00\x04MQ", 6)).state, State::none) << "text beyond the packet";
  EXPECT_EQ(parse_connect(std::string("\x10\x00", 2)).state, State::none);
}

TEST(MqttConnect, AnswersWithTheReturnCode) {
  EXPECT_EQ(connack(true), std::string("\x20\x02\x00\x00", 4));
  EXPECT_EQ(connack(false), std::string("\x20\x02\x00\x05", 4));
}

}  // namespace
}  // namespace epki::acceptor
