#include "verify/probe/observer.hpp"

#include <gtest/gtest.h>

#include <tuple>

#include "core/text.hpp"
#include "pki/ossl/tls_wire.hpp"
#include "verify/probe/mqtt_answers.hpp"
#include "verify/probe/server_flight.hpp"
#include "verify/probe/tests/seeded_random.hpp"
#include "verify/probe/throw_away.hpp"

namespace epki::probe {
namespace {

using ossl::ClientHello;
using ossl::KeyType;
using ossl::Stage;
using ossl::WireReader;
using ossl::WireWriter;

const Instant kNow = *parse_rfc3339("2026-11-22T12:00:00Z");

ossl::Chain chain_of(KeyType type, std::size_t names = 1) {
  SeededRandom random;
  const auto root = *mint_throw_away_root("root", KeyType::ec_p256, kNow, random);
  LeafPlan plan{.key = type, .period = valid_at(kNow)};
  for (std::size_t i = 0; i < names; ++i) plan.names.push_back("name-" + std::to_string(i) + ".example.org");
  return {mint_leaf(plan, as_issuer(root), random)->certificate, root.certificate};
}

ClientHello offer() {
  ClientHello hello;
  hello.version = 0x0303;
  hello.suites = {0x1301, 0xc030, 0xc02c, 0xc02b, 0x002f};
  hello.groups = {{29, 23}};
  hello.signature_algorithms = {{0x0804, 0x0503, 0x0401}};
  return hello;
}

struct Message {
  unsigned type = 0;
  std::string body{};
};

// The handshake messages of a flight, whose records must all be whole and of a legal size.
std::vector<Message> messages(const std::string& flight) {
  std::string joined;
  WireReader records(as_bytes(flight));
  while (!records.empty()) {
    EXPECT_EQ(records.u8(), 22);
    EXPECT_EQ(records.u16(), 0x0303);
    const auto body = records.vector(2);
    EXPECT_LE(body.size(), 16384U);
    EXPECT_FALSE(records.failed());
    joined += as_text(body);
  }
  std::vector<Message> all;
  WireReader in(as_bytes(joined));
  while (!in.empty()) {
    const unsigned type = in.u8();
    all.push_back({type, std::string(as_text(in.vector(3)))});
    EXPECT_FALSE(in.failed());
  }
  return all;
}

std::vector<Message> flight_for(const ClientHello& hello, const ossl::Chain& chain) {
  const auto flight = server_flight(hello, as_bytes("hello"), chain);
  EXPECT_EQ(flight.refused, "");
  auto all = messages(flight.bytes);
  EXPECT_EQ(all.size(), 4U);
  all.resize(4);
  return all;
}

struct KeyExchange {
  unsigned group = 0;
  std::string point{};
  unsigned algorithm = 0;
  std::string signature{};
};
KeyExchange key_exchange(const std::vector<Message>& flight) {
  WireReader in(as_bytes(flight[2].body));
  EXPECT_EQ(in.u8(), 3);
  KeyExchange read;
  read.group = in.u16();
  read.point = as_text(in.vector(1));
  read.algorithm = in.u16();
  read.signature = as_text(in.vector(2));
  EXPECT_FALSE(in.failed());
  EXPECT_TRUE(in.empty());
  return read;
}

std::uint16_t suite(const std::vector<Message>& flight) {
  WireReader in(as_bytes(flight[0].body));
  EXPECT_EQ(in.u16(), 0x0303);
  in.raw(32);
  EXPECT_EQ(in.u8(), 0);
  return in.u16();
}

TEST(ServerFlight, TakesTheClientsFirstChoiceThatFitsTheLeaf) {
  auto flight = flight_for(offer(), chain_of(KeyType::rsa_2048));
  EXPECT_EQ(suite(flight), 0xc030);
  EXPECT_EQ(key_exchange(flight).group, 29U);
  EXPECT_EQ(key_exchange(flight).point.size(), 32U);
  EXPECT_EQ(key_exchange(flight).algorithm, 0x0804U);
  EXPECT_EQ(key_exchange(flight).signature.size(), 256U);

  auto only_nist = offer();
  only_nist.groups = {{30, 24}};
  flight = flight_for(only_nist, chain_of(KeyType::ec_p384));
  EXPECT_EQ(suite(flight), 0xc02c);
  EXPECT_EQ(key_exchange(flight).group, 24U);
  EXPECT_EQ(key_exchange(flight).point.size(), 97U);
  EXPECT_EQ(key_exchange(flight).algorithm, 0x0503U);
}

TEST(ServerFlight, WithoutTheExtensionsTheStandardsDefaultsHold) {
  auto hello = offer();
  hello.groups.reset();
  hello.signature_algorithms.reset();
  const auto exchange = key_exchange(flight_for(hello, chain_of(KeyType::ec_p256)));
  EXPECT_EQ(exchange.group, 23U);
  EXPECT_EQ(exchange.point.size(), 65U);
  EXPECT_EQ(exchange.algorithm, 0x0203U);
}

TEST(ServerFlight, AnEcdsaSignatureIsWellFormedDer) {
  for (const auto& [type, size] : {std::pair{KeyType::ec_p256, 32U}, std::pair{KeyType::ec_p384, 48U}}) {
    const auto signature = key_exchange(flight_for(offer(), chain_of(type))).signature;
    WireReader in(as_bytes(signature));
    EXPECT_EQ(in.u8(), 0x30);
    WireReader pair(in.vector(1));
    EXPECT_TRUE(in.empty() && !in.failed());
    for (int i = 0; i < 2; ++i) {
      EXPECT_EQ(pair.u8(), 0x02);
      const auto number = pair.vector(1);
      ASSERT_EQ(number.size(), size);
      EXPECT_GT(std::to_integer<unsigned>(number[0]), 0U);
      EXPECT_LT(std::to_integer<unsigned>(number[0]), 0x80U);
    }
    EXPECT_TRUE(pair.empty() && !pair.failed());
  }
}

TEST(ServerFlight, AnswersOnlyTheExtensionsThatWereOffered) {
  const auto chain = chain_of(KeyType::ec_p256);
  EXPECT_EQ(flight_for(offer(), chain)[0].body.size(), 2U + 32 + 1 + 2 + 1);
  auto hello = offer();
  hello.renegotiation_info = true;
  EXPECT_EQ(to_hex(as_bytes(flight_for(hello, chain)[0].body.substr(38))), "0005ff01000100");
  hello.point_formats = true;
  EXPECT_EQ(to_hex(as_bytes(flight_for(hello, chain)[0].body.substr(38))), "000bff01000100000b00020100");
}

TEST(ServerFlight, SendsTheChainAsItIsInAsManyRecordsAsItTakes) {
  const auto chain = chain_of(KeyType::ec_p256, 1500);
  ASSERT_GT(chain[0].der().size(), 2U * 16384);
  const auto flight = flight_for(offer(), chain);
  WireReader list(as_bytes(flight[1].body));
  WireReader in(list.vector(3));
  for (const auto& certificate : chain) EXPECT_EQ(as_text(in.vector(3)), as_text(certificate.der()));
  EXPECT_TRUE(in.empty() && list.empty() && !in.failed());
}

TEST(ServerFlight, SaysWhatItCannotPresent) {
  const auto rsa = chain_of(KeyType::rsa_2048);
  auto no_ecdhe = offer();
  no_ecdhe.suites = {0x009d, 0x002f, 0xc02c};
  auto no_group = offer();
  no_group.groups = {{256}};
  auto no_algorithm = offer();
  no_algorithm.signature_algorithms = {{0x0403}};
  auto only_13 = offer();
  only_13.versions = {{0x0304}};
  auto only_10 = offer();
  only_10.version = 0x0301;
  const std::vector<std::tuple<ClientHello, std::string, std::string>> rows{
      {no_ecdhe, "no ECDHE suite", "15030300020228"},
      {no_group, "none of the groups", "15030300020228"},
      {no_algorithm, "no signature algorithm", "15030300020228"},
      {only_13, "does not offer TLS 1.2", "15030300020246"},
      {only_10, "does not offer TLS 1.2", "15030300020246"}};
  for (const auto& [hello, why, alert] : rows) {
    const auto flight = server_flight(hello, as_bytes("hello"), rsa);
    EXPECT_NE(flight.refused.find(why), std::string::npos) << flight.refused;
    EXPECT_EQ(to_hex(as_bytes(flight.bytes)), alert);
  }
}

// ---- the observer around it ----

std::string bytes(std::string_view hex) {
  return std::string(as_text(*from_hex(hex)));
}

std::string hello_bytes() {
  WireWriter body;
  body.u16(0x0303).raw(std::string(32, 'r')).u8(0).u16(2).u16(0xc02b).u8(1).u8(0);
  const auto message = WireWriter().u8(1).vector(body.bytes(), 3).bytes();
  return WireWriter().u8(22).u16(0x0301).vector(message, 2).bytes();
}

struct Reply {
  std::string hex;
  Stage stage;
  int alert;
  bool no_verdict;
};
class ObserverReads : public testing::TestWithParam<Reply> {};
TEST_P(ObserverReads, ThePeersReplyHoweverItIsCut) {
  const auto chain = chain_of(KeyType::ec_p256);
  const auto all = hello_bytes() + bytes(GetParam().hex);
  for (const std::size_t segment : {std::size_t{1}, std::size_t{3}, all.size()}) {
    auto observer = observe(chain);
    for (std::size_t at = 0; at < all.size(); at += segment) {
      observer->feed(as_bytes(std::string_view(all).substr(at, segment)));
    }
    observer->peer_closed(false);
    EXPECT_TRUE(observer->finished());
    EXPECT_EQ(observer->record().stage, GetParam().stage);
    EXPECT_EQ(observer->record().alert.value_or(-1), GetParam().alert);
    EXPECT_EQ(!observer->record().could_not_present.empty(), GetParam().no_verdict);
    EXPECT_FALSE(observer->take_output().empty());
    EXPECT_TRUE(observer->take_output().empty());
  }
}
INSTANTIATE_TEST_SUITE_P(Replies, ObserverReads,
                         testing::Values(Reply{"15030300020230", Stage::alert, 48, false},
                                         Reply{"15030300020233", Stage::alert, 51, false},
                                         Reply{"1503030002012a", Stage::alert, 42, false},
                                         Reply{"1503030002017015030300020230", Stage::alert, 48, false},
                                         Reply{"15030300020100", Stage::flight_sent, -1, false},
                                         Reply{"", Stage::flight_sent, -1, false},
                                         Reply{"150303000102", Stage::flight_sent, -1, true},
                                         Reply{"160303000410000000", Stage::flight_sent, -1, true},
                                         Reply{"170303ffff", Stage::flight_sent, -1, true}));

TEST(Observer, BytesThatAreNoHelloEndInARecord) {
  for (const auto& input : {std::string("GET / HTTP/1.0\r\n"), bytes("802e010301"), bytes("16030100050100000100")}) {
    auto observer = observe(chain_of(KeyType::ec_p256));
    observer->feed(as_bytes(input));
    EXPECT_TRUE(observer->finished());
    EXPECT_FALSE(observer->record().could_not_present.empty());
  }
  auto observer = observe(chain_of(KeyType::ec_p256));
  observer->peer_closed(true);
  EXPECT_EQ(observer->record().stage, Stage::tcp);
  EXPECT_TRUE(observer->record().reset_by_peer);
}

// ---- MQTT ----

// CONNECT, SUBSCRIBE a/b, PUBLISH QoS 1 and QoS 0, PINGREQ, DISCONNECT.
constexpr std::string_view kSession =
    "101000044d5154540402003c000474657374"
    "820800070003612f6201"
    "32080003612f62000921"
    "300400017421"
    "c000"
    "e000";

TEST(MqttAnswers, AreTheSameHoweverTheSessionIsCut) {
  const auto session = bytes(kSession);
  for (std::size_t segment = 1; segment <= session.size(); ++segment) {
    const auto answer = mqtt_answers();
    std::string said;
    bool closed = false;
    for (std::size_t n = segment; !closed && n < session.size() + segment; n += segment) {
      const auto reply = answer(session.substr(0, n));
      said += reply.text;
      closed = reply.close;
    }
    EXPECT_EQ(to_hex(as_bytes(said)), "20020000900300070140020009d000") << segment;
    EXPECT_TRUE(closed);
  }
}

TEST(MqttAnswers, WhatIsNoMqttGetsNoAnswer) {
  for (const auto* words : {"78", "c000", "10ffffffffff"}) {
    const auto reply = mqtt_answers()(bytes(words));
    EXPECT_TRUE(reply.text.empty());
    EXPECT_FALSE(reply.close);
  }
}

}  // namespace
}  // namespace epki::probe
