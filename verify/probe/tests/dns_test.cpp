#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>

#include "core/text.hpp"
#include "verify/probe/dns_message.hpp"
#include "verify/probe/name_server.hpp"

namespace epki::probe {
namespace {

std::string bytes(std::string_view hex) {
  return std::string(as_text(*from_hex(hex)));
}

// A query for Probe.TEST, type A, with an EDNS record, as a resolver sends it.
const std::string kQuery = bytes(
                               "1234"
                               "0100"
                               "0001"
                               "0000"
                               "0000"
                               "0001") +
                           std::string("\x05Probe\x04TEST\x00", 12) +
                           bytes(
                               "0001"
                               "0001") +
                           bytes(
                               "00"
                               "0029"
                               "1000"
                               "00000000"
                               "0000");
const std::string kQuestion = std::string("\x05Probe\x04TEST\x00", 12) + bytes("00010001");

TEST(DnsMessage, AQueryIsRead) {
  const auto question = parse_dns_query(as_bytes(kQuery));
  ASSERT_TRUE(question) << question.error().what;
  EXPECT_EQ(question->id, 0x1234);
  EXPECT_EQ(question->name, "probe.test");
  EXPECT_EQ(question->type, dns_type_a);
  EXPECT_EQ(question->klass, 1);
  EXPECT_TRUE(question->recursion_desired);
  EXPECT_EQ(question->wire, kQuestion);
}

TEST(DnsMessage, AQueryCutAtAnyByteIsRefused) {
  const std::size_t whole = 12 + kQuestion.size();
  for (std::size_t i = 0; i < whole; ++i) EXPECT_FALSE(parse_dns_query(as_bytes(kQuery).first(i))) << i;
  EXPECT_TRUE(parse_dns_query(as_bytes(kQuery).first(whole)));
}

TEST(DnsMessage, WhatIsNoQueryIsRefused) {
  auto response = kQuery;
  response[2] = static_cast<char>(0x81);
  auto two = kQuery;
  two[5] = 2;
  auto none = kQuery;
  none[5] = 0;
  auto compressed = kQuery;
  compressed[12] = static_cast<char>(0xc0);
  std::string overlong = kQuery.substr(0, 12);
  for (int i = 0; i < 5; ++i) overlong += '\x3f' + std::string(63, 'a');
  overlong += std::string(1, '\0') + bytes("00010001");
  for (const auto& message : {response, two, none, compressed, overlong})
    EXPECT_FALSE(parse_dns_query(as_bytes(message)));
}

TEST(DnsMessage, BytesThatNoHostNameHasAreSpelledOut) {
  auto odd = kQuery;
  odd[13] = '.';
  odd[14] = '\xff';
  EXPECT_EQ(parse_dns_query(as_bytes(odd))->name, "\\046\\255obe.test");
}

TEST(DnsMessage, AnAnswerCarriesTheQuestionAsItCame) {
  const auto question = *parse_dns_query(as_bytes(kQuery));
  EXPECT_EQ(dns_answer(question, DnsCode::no_error, "192.0.2.1"), bytes("1234"
                                                                        "8500"
                                                                        "0001"
                                                                        "0001"
                                                                        "0000"
                                                                        "0000") +
                                                                      kQuestion +
                                                                      bytes("c00c"
                                                                            "0001"
                                                                            "0001"
                                                                            "00000001"
                                                                            "0004"
                                                                            "c0000201"));
  // An address of the other kind, or none: no record.
  const auto empty = bytes(
                         "1234"
                         "8500"
                         "0001"
                         "0000"
                         "0000"
                         "0000") +
                     kQuestion;
  EXPECT_EQ(dns_answer(question, DnsCode::no_error, "2001:db8::1"), empty);
  EXPECT_EQ(dns_answer(question, DnsCode::no_error), empty);
  EXPECT_EQ(dns_answer(question, DnsCode::refused), bytes("1234"
                                                          "8505"
                                                          "0001"
                                                          "0000"
                                                          "0000"
                                                          "0000") +
                                                        kQuestion);
  auto six = question;
  six.type = dns_type_aaaa;
  EXPECT_EQ(dns_answer(six, DnsCode::no_error, "2001:db8::1").size(), 12 + kQuestion.size() + 12 + 16);
}

// ---- the server, asked over UDP ----

class Asker {
 public:
  explicit Asker(std::uint16_t port) : fd_(::socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0)) {
    sockaddr_in there{};
    there.sin_family = AF_INET;
    there.sin_port = htons(port);
    there.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    EXPECT_EQ(::connect(fd_.get(), reinterpret_cast<const sockaddr*>(&there), sizeof there), 0);
  }
  void send(std::string_view query) const {
    EXPECT_EQ(::send(fd_.get(), query.data(), query.size(), 0), static_cast<ssize_t>(query.size()));
  }
  std::string receive() const {
    pollfd event{fd_.get(), POLLIN, 0};
    if (::poll(&event, 1, 10000) != 1) return "nothing";
    std::array<char, 1500> in{};
    const auto n = ::recv(fd_.get(), in.data(), in.size(), 0);
    return {in.data(), n > 0 ? static_cast<std::size_t>(n) : 0};
  }
  std::string ask(std::string_view query) const {
    send(query);
    return receive();
  }

 private:
  Descriptor fd_;
};

TEST(NameServer, AnswersTheProbesNamesAndRefusesAllOthers) {
  auto server = NameServer::start({"127.0.0.1", 0});
  ASSERT_TRUE(server) << server.error().what;
  const Asker asker((*server)->port());
  const auto refused = bytes(
                           "1234"
                           "8505"
                           "0001"
                           "0000"
                           "0000"
                           "0000") +
                       kQuestion;
  EXPECT_EQ(asker.ask(kQuery), refused);
  ASSERT_TRUE((*server)->answer({"probe.test", "other.test"}, "192.0.2.1"));
  const auto answered = asker.ask(kQuery);
  EXPECT_TRUE(answered.ends_with(bytes("c0000201"))) << visible(answered);
  // What is no query is not answered at all, and ends nothing.
  asker.send("x");
  auto response = kQuery;
  response[2] = static_cast<char>(0x81);
  asker.send(response);
  EXPECT_EQ(asker.ask(kQuery), answered);
  // The names of the next attempt replace the old ones.
  ASSERT_TRUE((*server)->answer({"other.test"}, "192.0.2.1"));
  EXPECT_EQ(asker.ask(kQuery), refused);
  const auto asked = (*server)->asked();
  ASSERT_TRUE(asked);
  ASSERT_EQ(asked->size(), 4U);
  EXPECT_EQ((*asked)[0].name, "probe.test");
  EXPECT_FALSE((*asked)[0].answered);
  EXPECT_TRUE((*asked)[1].answered);
  EXPECT_EQ((*asked)[1].type, "A");
  EXPECT_EQ((*asked)[1].from, "127.0.0.1");
  EXPECT_TRUE((*server)->asked()->empty());
}

TEST(NameServer, RefusesAFloodOfOtherNamesInSilence) {
  auto server = NameServer::start({"127.0.0.1", 0});
  ASSERT_TRUE(server);
  ASSERT_TRUE((*server)->answer({"other.test"}, "192.0.2.1"));
  const Asker flood((*server)->port()), asker((*server)->port());
  auto known = kQuery;
  known.replace(12, 12, std::string("\x05other\x04test\x00", 12));
  for (int i = 0; i < 200; ++i) {
    flood.send(kQuery);
    if (i % 20 != 0) continue;
    EXPECT_TRUE(asker.ask(known).ends_with(bytes("c0000201"))) << "the probes' names are answered";
  }
}

TEST(NameServer, AnAddressThatIsNoneOfOursHasAHint) {
  const auto none = NameServer::start({"192.0.2.1", 0});
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().code, Errc::network);
  EXPECT_NE(none.error().what.find("DNS"), std::string::npos);
}

}  // namespace
}  // namespace epki::probe
