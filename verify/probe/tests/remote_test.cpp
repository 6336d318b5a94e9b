// The pipe to a responder elsewhere: its messages as values, then a real process at its other end.

#include <gtest/gtest.h>

#include "core/child.hpp"
#include "core/connect.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "verify/probe/cases.hpp"
#include "verify/probe/line_feed.hpp"
#include "verify/probe/remote_protocol.hpp"
#include "verify/probe/remote_responder.hpp"
#include "verify/probe/tests/seeded_random.hpp"

namespace epki::probe::remote {
namespace {

using ossl::KeyType;
using ossl::Stage;
using std::chrono::milliseconds;
using std::chrono::seconds;

struct Minted {
  SeededRandom random;
  Instant now = SystemClock().now();
  Material material{*mint_throw_away_root("U", KeyType::ec_p256, now, random),
                    *mint_throw_away_root("stranger", KeyType::ec_p256, now, random), KeyType::ec_p256, "probe.test",
                    now};
  Case made = *mint_case("ok_inter", material, random);
  Presentation presentation() const {
    Presentation shown{"C1", made.chain, made.key};
    shown.expected_sni = "probe.test";
    shown.path = "mqtt";
    return shown;
  }
};

ServerRecord a_record(const Minted& minted) {
  ServerRecord record;
  record.peer.stage = Stage::alert;
  record.peer.alert = 48;
  record.peer.sni = "probe.test";
  record.peer.client_hello = {std::byte{1}, std::byte{0xff}};
  record.peer.application_data = std::string("\x10\x00\xff", 3);
  record.peer.could_not_present = "why";
  record.peer.closed_by_peer = true;
  record.strays = 3;
  record.connected = true;
  record.from = "192.0.2.7";
  record.relayed = Relayed{"live.test:8883", minted.made.chain, 10, 20};
  return record;
}

std::vector<std::string> request_lines(const Minted& minted) {
  const std::vector<Request> all{{1, Listen{{"0.0.0.0", 8884}, HostPort{"::1", 53}}},
                                 {2, Arm{minted.presentation()}},
                                 {3, Collect{milliseconds(1500)}},
                                 {4, Stop{}},
                                 {5, AnswerNames{{"a.test", "b.test"}, "192.0.2.1"}},
                                 {6, WhatWasAsked{}}};
  std::vector<std::string> lines;
  for (const auto& request : all) lines.push_back(*render(request));
  return lines;
}

std::vector<std::string> reply_lines(const Minted& minted) {
  const std::vector<Reply> all{{1, Done{}},
                               {2, Error{Errc::network, "what", "hint"}},
                               {3, Place{8884, std::uint16_t{53}, HostPort{"live.test", 8883}}},
                               {4, a_record(minted)},
                               {5, std::vector<NameAsked>{{"a.test", "A", "192.0.2.7", true}}}};
  std::vector<std::string> lines;
  for (const auto& reply : all) lines.push_back(render(reply));
  return lines;
}

TEST(RemoteProtocol, EveryMessageIsReadBackAsItWasWritten) {
  const Minted minted;
  for (const auto& line : request_lines(minted)) {
    ASSERT_TRUE(line.ends_with('\n'));
    const auto read = parse_request(line);
    ASSERT_TRUE(read) << line << read.error().what;
    EXPECT_EQ(*render(*read), line);
  }
  for (const auto& line : reply_lines(minted)) {
    const auto read = parse_reply(line);
    ASSERT_TRUE(read) << line << read.error().what;
    EXPECT_EQ(render(*read), line);
  }
  const auto record = std::get<ServerRecord>(parse_reply(render(Reply{4, a_record(minted)}))->what);
  EXPECT_EQ(record.peer.alert, 48);
  EXPECT_EQ(record.peer.application_data, std::string("\x10\x00\xff", 3));
  EXPECT_EQ(record.relayed->presented.size(), 2U);
  EXPECT_EQ(parse_greeting(render(Greeting{protocol_version, "1.2"}))->version, "1.2");
}

TEST(RemoteProtocol, AMessageCutAtAnyByteIsRefusedAndNeverMisread) {
  const Minted minted;
  for (const auto& line : request_lines(minted)) {
    for (std::size_t i = 0; i + 2 < line.size(); i += line.size() > 1000 && i > 200 ? 41U : 1U)
      EXPECT_FALSE(parse_request(std::string_view(line).substr(0, i))) << line.substr(0, i);
  }
  for (const auto& line : reply_lines(minted)) {
    for (std::size_t i = 0; i + 2 < line.size(); i += line.size() > 1000 && i > 200 ? 41U : 1U)
      EXPECT_FALSE(parse_reply(std::string_view(line).substr(0, i))) << line.substr(0, i);
  }
}

TEST(RemoteProtocol, FieldsOfAWrongKindAreRefused) {
  for (const auto* line :
       {R"({"id":1})", R"({"id":"1","do":"stop"})", R"({"do":"stop"})", R"({"id":1,"do":"shutdown"})",
        R"({"id":1,"do":"listen","at":{"host":"","port":1}})",
        R"({"id":1,"do":"listen","at":{"host":"a","port":65536}})", R"({"id":1,"do":"collect","milliseconds":-1})",
        R"({"id":1,"do":"collect","milliseconds":99999999999})",
        R"({"id":1,"do":"arm","probe":"x","chain":"none","relay":false,"sni_off":false})",
        R"({"id":1,"do":"arm","probe":"x","chain":"","sni_off":false})",
        R"({"id":1,"do":"names","names":[1],"address":"a"})", R"([1])", R"(1)", ""}) {
    EXPECT_FALSE(parse_request(line)) << line;
  }
  for (const auto* line :
       {R"({"id":1})", R"({"id":1,"place":{}})", R"({"id":1,"record":{"stage":"alert"}})", R"({"id":1,"asked":[{}]})"})
    EXPECT_FALSE(parse_reply(line)) << line;
  EXPECT_FALSE(parse_greeting("Last login: yesterday"));
  EXPECT_FALSE(parse_greeting(R"({"who":"somebody","protocol":1})"));
}

TEST(RemoteProtocol, AKeyThatIsNoThrowAwayOneIsNotSent) {
  const Minted minted;
  auto shown = minted.presentation();
  shown.throw_away = false;
  const auto line = render(Request{1, Arm{shown}});
  ASSERT_FALSE(line);
  EXPECT_EQ(line.error().code, Errc::usage);
  shown.key.reset();
  EXPECT_TRUE(render(Request{1, Arm{shown}}));
}

TEST(LineFeed, CutsLinesHoweverTheyArrive) {
  const std::string text = "one\r\ntwo\n\nthree\nleft";
  for (const std::size_t piece : {1U, 2U, 3U, 100U}) {
    LineFeed lines(8);
    std::vector<std::string> all;
    for (std::size_t at = 0; at < text.size(); at += piece) {
      lines.feed(std::string_view(text).substr(at, piece));
      while (auto line = lines.next()) all.push_back(*line);
    }
    EXPECT_EQ(all, (std::vector<std::string>{"one", "two", "", "three"}));
    EXPECT_FALSE(lines.overlong());
    lines.feed(" over");
    EXPECT_FALSE(lines.next());
    EXPECT_TRUE(lines.overlong());
  }
}

// ---- a process at the other end ----

class ElsewhereTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Responder>> start(const std::string& words = "") {
    return connect({std::string(REMOTE_WORKER) + " " + words, {"127.0.0.1", 0}, dns_}, cancel_);
  }
  // A real client; its log says what it got.
  void s_client(std::uint16_t port, const ossl::Certificate& trusted, std::string_view words = {}) {
    ASSERT_TRUE(replace_file(folder_.path() / "trusted.pem", trusted.pem(), 0644));
    auto client = Child::start(
        {.argv = {"openssl", "s_client", "-connect", "127.0.0.1:" + std::to_string(port), "-servername", "probe.test",
                  "-tls1_2", "-quiet", "-verify_return_error", "-CAfile", (folder_.path() / "trusted.pem").string()},
         .error_file = folder_.path() / "client.log",
         .output_file = folder_.path() / "client.log",
         .pipe_input = true});
    ASSERT_TRUE(client) << client.error().what;
    static_cast<void>(client->write_input(words, after(seconds(10))));
    EXPECT_TRUE(client->wait(after(seconds(20)))) << "the client hung";
  }

  Cancel cancel_;
  std::optional<HostPort> dns_;
  TemporaryFolder folder_ = *TemporaryFolder::make("remote");
  Minted minted_;
};

const std::string kMqtt = std::string(as_text(*from_hex("101000044d5154540402003c000474657374e000")));

TEST_F(ElsewhereTest, ARemoteResponderSaysTheSameAsOneHere) {
  auto responder = start("--banner");
  ASSERT_TRUE(responder) << responder.error().what;
  ASSERT_TRUE((*responder)->arm(minted_.presentation()));
  s_client((*responder)->port(), minted_.material.u.certificate, kMqtt);
  auto accepted = (*responder)->collect(after(seconds(20)));
  ASSERT_TRUE(accepted) << accepted.error().what;
  EXPECT_EQ(accepted->peer.stage, Stage::application_data);
  EXPECT_EQ(accepted->peer.application_data, kMqtt);
  EXPECT_EQ(accepted->from, "127.0.0.1");

  auto keyless = minted_.presentation();
  keyless.key.reset();
  for (const auto& [root, alert] :
       {std::pair{minted_.material.u.certificate, 51}, std::pair{minted_.material.stranger.certificate, 48}}) {
    ASSERT_TRUE((*responder)->arm(keyless));
    s_client((*responder)->port(), root);
    auto refused = (*responder)->collect(after(seconds(20)));
    ASSERT_TRUE(refused) << refused.error().what;
    EXPECT_EQ(refused->peer.alert, alert);
  }
  // Misuse is a sentence from the other side.
  EXPECT_FALSE((*responder)->collect(after(milliseconds(1))));
  ASSERT_TRUE((*responder)->arm(minted_.presentation()));
  EXPECT_FALSE((*responder)->arm(minted_.presentation()));
  auto nobody = (*responder)->collect(after(milliseconds(1)));
  ASSERT_TRUE(nobody) << nobody.error().what;
  EXPECT_EQ(nobody->peer.stage, Stage::none);
  EXPECT_EQ((*responder)->names(), nullptr);
  EXPECT_EQ(*(*responder)->visit(), Visit::nobody);

  ASSERT_TRUE((*responder)->arm(minted_.presentation()));
  EXPECT_EQ(*(*responder)->visit(), Visit::nobody);
  ASSERT_TRUE(connect_tcp({"127.0.0.1", (*responder)->port()}, after(seconds(20)), cancel_));
  EXPECT_NE(*(*responder)->visit(), Visit::nobody);
  auto visit = (*responder)->collect(after(seconds(600)), Until::visited);
  ASSERT_TRUE(visit) << visit.error().what;
  EXPECT_EQ(visit->peer.stage, Stage::tcp);
}

TEST_F(ElsewhereTest, AnInterruptedCollectEndsTheAttempt) {
  auto responder = start();
  ASSERT_TRUE(responder) << responder.error().what;
  ASSERT_TRUE((*responder)->arm(minted_.presentation()));
  cancel_.request();
  auto record = (*responder)->collect(after(seconds(600)));
  ASSERT_FALSE(record);
  EXPECT_EQ(record.error().code, Errc::interrupted);
  const Cancel::Shield shield(cancel_);
  ASSERT_TRUE((*responder)->arm(minted_.presentation()));
  EXPECT_TRUE((*responder)->collect(after(milliseconds(1))));
}

TEST_F(ElsewhereTest, ItsDnsAnswersTheNamesItWasTold) {
  dns_ = HostPort{"127.0.0.1", 0};
  auto responder = start();
  ASSERT_TRUE(responder) << responder.error().what;
  auto* const names = (*responder)->names();
  ASSERT_NE(names, nullptr);
  EXPECT_NE(names->port(), 0);
  ASSERT_TRUE(names->answer({"a.test"}, "192.0.2.1"));
  EXPECT_TRUE(names->asked()->empty());
}

TEST_F(ElsewhereTest, WhatIsNoResponderIsSaidSo) {
  for (const auto* command : {"echo something else", "exit 3", "/nonexistent/program"}) {
    const auto none = connect({command, {"127.0.0.1", 0}}, cancel_);
    ASSERT_FALSE(none) << command;
    EXPECT_EQ(none.error().code, Errc::network);
    EXPECT_FALSE(none.error().hint.empty());
  }
  const auto other = start("--other-version");
  ASSERT_FALSE(other);
  EXPECT_NE(other.error().what.find("99"), std::string::npos) << other.error().what;
  // Its port is taken.
  auto first = start();
  ASSERT_TRUE(first);
  const auto second = connect({REMOTE_WORKER, {"127.0.0.1", (*first)->port()}}, cancel_);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::network);
}

TEST_F(ElsewhereTest, ItEndsWhenItsLineMakesNoSense) {
  auto child = Child::start({.argv = {REMOTE_WORKER}, .error_file = folder_.path() / "log", .pipe_input = true});
  ASSERT_TRUE(child);
  ASSERT_TRUE(child->write_input("{\"id\":1,\"do\":\"nothing of ours\"}\n", after(seconds(10))));
  EXPECT_EQ(child->wait(after(seconds(20))), 1);
  // The end of the pipe is the end of the session.
  auto second = Child::start({.argv = {REMOTE_WORKER}, .pipe_input = true});
  ASSERT_TRUE(second);
  second->close_input();
  EXPECT_EQ(second->wait(after(seconds(20))), 0);
}

}  // namespace
}  // namespace epki::probe::remote
