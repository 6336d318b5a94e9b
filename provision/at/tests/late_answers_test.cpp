// Answers that come late, and modems that restart: neither may pass for an answer to what is asked now.
#include "provision/at/engine.hpp"

#include <gtest/gtest.h>

#include "provision/at/tests/scripted_stream.hpp"

namespace epki::at {
namespace {

using namespace std::chrono_literals;
using test::any;
using test::ScriptedStream;
using test::soon;
using test::Turn;
using test::turn;
using test::unsolicited;

TEST(Command, NeverTakesALateAnswerForItsOwn) {
  // The answer to QFLDS comes while CSQ is asked, CSQ's own follows.
  ScriptedStream wire({{"AT+QFLDS=\"UFS\"\r", "", "\r\n+QFLDS: 1,2\r\n\r\nOK\r\n"},
                       turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
                       turn("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+QFLDS=\"UFS\"", soon()));
  auto reply = engine.command("AT+CPIN?", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->lines, std::vector<std::string>{"+CPIN: READY"});
  EXPECT_TRUE(engine.in_step());
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, IsNotInStepByTheLateAnswerAlone) {
  // QFLDS is answered while CSQ is asked, CSQ only while CREG is asked.
  ScriptedStream wire({{"AT+QFLDS=\"UFS\"\r", "", "\r\n+QFLDS: 1,2\r\n\r\nOK\r\n"},
                       {"AT+CSQ\r", "", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
                       turn("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
                       turn("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+QFLDS=\"UFS\"", soon()));
  auto reply = engine.command("AT+CPIN?", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->lines, std::vector<std::string>{"+CPIN: READY"});
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, NeverTakesALateProbeForItsSuccessor) {
  // CSQ stays unanswered as well; both late answers come while CREG is asked.
  ScriptedStream wire({turn("AT+QFLST", ""),
                       {"AT+CSQ\r", "", "\r\nERROR\r\n\r\n+CSQ: 20,99\r\n\r\nOK\r\n"},
                       turn("AT+CREG?", "\r\n+CREG: 1\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
                       turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+QFLST", soon()));
  auto reply = engine.command("AT", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_TRUE(reply->ok());
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, ProvesWithAnotherQueryThanTheOneThatIsLate) {
  ScriptedStream wire({{"AT+CSQ\r", "", "\r\n+CSQ: 1,99\r\n\r\nOK\r\n"},
                       turn("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
                       turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+CSQ", soon()));
  EXPECT_TRUE(engine.command("AT", soon()));
  EXPECT_TRUE(wire.finished()) << wire.left();
}

// Answers that overtake each other: the OK to the first question comes when the second one was asked.
TEST(Command, CountsTheResultCodesWhileOneIsOwed) {
  ScriptedStream wire({turn("AT+QSSLCFG=\"sni\",1,1", ""), turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
                       turn("AT+QSSLCFG=\"seclevel\",1,9", "\r\nOK\r\n"),  // the late one
                       turn("AT+CREG?", "\r\nERROR\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n"),
                       turn("AT+QSSLCFG=\"seclevel\",1,1", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+QSSLCFG=\"sni\",1,1", soon()));
  auto reply = engine.command("AT+QSSLCFG=\"seclevel\",1,9", soon());
  ASSERT_FALSE(reply) << "OK and ERROR came: nobody can tell which is whose";
  EXPECT_NE(reply.error().what.find("two answers"), std::string::npos) << reply.error().what;
  EXPECT_TRUE(engine.in_step());
  EXPECT_TRUE(engine.command("AT+QSSLCFG=\"seclevel\",1,1", soon())) << "all is paid: no more questions";
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, FindsItsLinesBehindALateResultCode) {
  ScriptedStream wire({turn("AT+QSSLCFG=\"sni\",1,1", ""), turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
                       turn("AT+CPIN?", "\r\nOK\r\n"),
                       turn("AT+CREG?", "\r\n+CPIN: READY\r\n\r\nOK\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+QSSLCFG=\"sni\",1,1", soon()));
  auto reply = engine.command("AT+CPIN?", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->lines, std::vector<std::string>{"+CPIN: READY"});
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, OwesNothingAfterAMinute) {
  ManualTime time;
  ScriptedStream wire({turn("AT+CGMM", ""), turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"), turn("AT", "\r\nOK\r\n"),
                       turn("AT+CREG?", "\r\n+CREG: 0,1\r\n\r\nOK\r\n"), turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.command("AT+CGMM", soon()));
  EXPECT_TRUE(engine.command("AT", soon())) << wire.left();
  time.advance_to(time.now() + 61s);
  EXPECT_TRUE(engine.command("AT", soon())) << wire.left();
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Restart, EndsTheCommandItComesIn) {
  ScriptedStream wire(
      {turn("AT+CGMM", "\r\nRDY\r\n"), turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"), turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited, "RDY");
  auto reply = engine.command("AT+CGMM", soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().what, "the modem restarted by itself during AT+CGMM");
  EXPECT_EQ(engine.restarts(), 1U);
  EXPECT_EQ(engine.take_queued(any), "RDY");
  EXPECT_TRUE(engine.command("AT", soon())) << wire.left();
  engine.excuse_restarts(0);
  EXPECT_EQ(engine.restarts(), 0U);
}

TEST(Restart, EndsAWaitUnlessItIsWhatIsWaitedFor) {
  ScriptedStream wire({});
  wire.say("\r\nRDY\r\n");
  Engine engine(wire, unsolicited, "RDY");
  auto open = engine.wait_for([](std::string_view line) { return line.starts_with("+QMTOPEN:"); }, soon());
  ASSERT_FALSE(open);
  EXPECT_EQ(open.error().code, Errc::modem_gone);
  auto ready = engine.wait_for([](std::string_view line) { return line == "RDY"; }, soon());
  ASSERT_TRUE(ready);
  EXPECT_EQ(*ready, "RDY");
}

TEST(Restart, ShowsInAnEchoThatIsBack) {
  ScriptedStream wire(
      {turn("AT", "AT\r\r\nOK\r\n"), turn("AT", "\r\nOK\r\n"), turn("AT+CGMM", "AT+CGMM\r\r\nEC200U\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited, "RDY");
  EXPECT_TRUE(engine.command("AT", soon()));
  EXPECT_TRUE(engine.command("AT", soon()));
  EXPECT_EQ(engine.restarts(), 0U) << "an echo that was on all the time says nothing";
  EXPECT_FALSE(engine.command("AT+CGMM", soon()));
  EXPECT_TRUE(engine.restarted());
  EXPECT_EQ(engine.restarts(), 1U);
}

TEST(Restart, BetweenTwoCommandsFailsTheSecondBeforeItIsSent) {
  ScriptedStream wire({turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited, "RDY");
  EXPECT_TRUE(engine.command("AT", soon()));
  wire.say("\r\nRDY\r\n");
  EXPECT_FALSE(engine.command("AT+QSSLCFG=\"cacert\",1,\"UFS:a\"", soon()));
  EXPECT_TRUE(engine.restarted());
  EXPECT_EQ(wire.everything_heard(), "AT\r");
  wire.expect({turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"), turn("AT", "\r\nOK\r\n")});
  EXPECT_TRUE(engine.command("AT", soon())) << "once is enough";
  EXPECT_FALSE(engine.restarted());
}

}  // namespace
}  // namespace epki::at
