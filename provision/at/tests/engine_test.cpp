#include "provision/at/engine.hpp"

#include <gtest/gtest.h>

#include "provision/at/tests/scripted_stream.hpp"

namespace epki::at {
namespace {

using namespace std::chrono_literals;
using test::ScriptedStream;
using test::Turn;
using test::turn;

const std::vector<std::string> unsolicited{"+QMTSTAT:", "+QMTOPEN:", "+CREG:", "+CEREG:", "RDY"};

Deadline soon() {
  return after(5s);
}

bool any(std::string_view) {
  return true;
}

TEST(Command, ReturnsTheInformationLines) {
  ScriptedStream wire({turn("AT+CGMM", "AT+CGMM\r\r\nEC200U\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  auto reply = engine.command("AT+CGMM", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->lines, std::vector<std::string>{"EC200U"});
  EXPECT_TRUE(wire.finished()) << wire.left();
  EXPECT_EQ(engine.statistics().exchanges, 1U);
  EXPECT_EQ(engine.statistics().bytes_out, 8U);
  EXPECT_EQ(engine.statistics().bytes_in, 24U);
}

TEST(Command, SaysWhichCommandWentUnanswered) {
  ScriptedStream wire({turn("AT+CGMM", "")});
  Engine engine(wire, unsolicited);
  auto reply = engine.command("AT+CGMM", soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::modem_gone);
  EXPECT_TRUE(reply.error().what.starts_with("AT+CGMM was not answered in ")) << reply.error().what;
  EXPECT_FALSE(engine.in_step());
}

TEST(Command, IsNotSentWithALineBreakInIt) {
  ScriptedStream wire({});
  Engine engine(wire, unsolicited);
  for (const char* line : {"AT+QFDEL=\"a\rAT+QFDEL=\"", "AT\n", "AT\x1a", "AT\x7f"}) {
    auto reply = engine.command(line, soon());
    ASSERT_FALSE(reply);
    EXPECT_EQ(reply.error().code, Errc::usage);
  }
  EXPECT_TRUE(wire.everything_heard().empty());
}

TEST(Command, IsNotSentAboveTheLineLimit) {
  const std::string longest = "AT" + std::string(line_limit - 3, 'x');
  ScriptedStream wire({turn(longest, "\r\nERROR\r\n")});
  Engine engine(wire, unsolicited);
  EXPECT_TRUE(engine.command(longest, soon()));
  auto reply = engine.command(longest + "x", soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::usage);
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Command, QueuesStaleLinesBeforeItAsks) {
  ScriptedStream wire({turn("AT", "\r\nOK\r\n")});
  wire.say("\r\n+QMTSTAT: 0,1\r\n\r\nOK\r\n");
  Engine engine(wire, unsolicited);
  auto reply = engine.command("AT", soon());
  ASSERT_TRUE(reply);
  EXPECT_TRUE(reply->lines.empty());
  EXPECT_EQ(engine.take_queued(any), "+QMTSTAT: 0,1");
  EXPECT_TRUE(wire.finished()) << wire.left();
}

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

TEST(Command, KeepsPasswordsOutOfItsSentences) {
  ScriptedStream wire({turn("AT+QMTCONN=0,\"id\",\"user\",\"hunter2\"", "")});
  Engine engine(wire, unsolicited);
  engine.mask("hunter2");
  auto reply = engine.command("AT+QMTCONN=0,\"id\",\"user\",\"hunter2\"", soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().what.find("hunter2"), std::string::npos) << reply.error().what;
}

TEST(CommandWithData, SendsAfterThePrompt) {
  ScriptedStream wire({turn("AT+QMTPUBEX=0,0,0,0,\"t\",5", "\r\n>"), {"hello", " \r\nOK\r\n\r\n+QMTPUBEX: 0,0,0\r\n"}});
  Engine engine(wire, unsolicited);
  auto reply = engine.command_with_data("AT+QMTPUBEX=0,0,0,0,\"t\",5", "hello", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_TRUE(reply->ok());
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(CommandWithData, SendsNothingWhenRefused) {
  ScriptedStream wire({turn("AT+QISEND=0,5", "\r\n+CME ERROR: 3\r\n")});
  Engine engine(wire, unsolicited);
  auto reply = engine.command_with_data("AT+QISEND=0,5", "hello", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->code, 3);
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Upload, WaitsForEachAcknowledgement) {
  const std::string data(2500, 'x');
  std::vector<std::size_t> seen;
  ScriptedStream wire({turn("AT+QFUPL=\"f\",2500,5,1", "\r\nCONNECT\r\n"),
                       {data.substr(0, 1024), "A"},
                       {data.substr(1024, 1024), "A"},
                       {data.substr(2048), "+QFUPL: 2500,0000\r\n\r\nOK\r\n"}});
  Engine engine(wire, unsolicited);
  auto reply = engine.upload("AT+QFUPL=\"f\",2500,5,1", data, true, soon(), [&](std::size_t n) { seen.push_back(n); });
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->lines, std::vector<std::string>{"+QFUPL: 2500,0000"});
  EXPECT_EQ(seen, (std::vector<std::size_t>{1024, 2048, 2500}));
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Upload, SendsNoBlockBeforeTheLastWasAcknowledged) {
  const std::string data(2500, 'x');
  ScriptedStream wire({turn("AT+QFUPL=\"f\",2500,5,1", "\r\nCONNECT\r\n"), {data.substr(0, 1024), ""}});
  Engine engine(wire, unsolicited);
  auto reply = engine.upload("AT+QFUPL=\"f\",2500,5,1", data, true, soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().what, "the modem stopped taking data after 1024 of 2500 bytes");
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Upload, NeedsNoAcknowledgementOfItsLastBlock) {
  const std::string data(1024, 'x');
  ScriptedStream wire({turn("AT+QFUPL=\"f\",1024,5,1", "\r\nCONNECT\r\n"), {data, "+QFUPL: 1024,0\r\n\r\nOK\r\n"}});
  Engine engine(wire, unsolicited);
  EXPECT_TRUE(engine.upload("AT+QFUPL=\"f\",1024,5,1", data, true, soon()));
}

TEST(Upload, StopsWhenTheModemRefusesInTheMiddle) {
  const std::string data(3000, 'x');
  ScriptedStream wire({turn("AT+QFUPL=\"f\",3000,5,1", "\r\nCONNECT\r\n"),
                       {data.substr(0, 1024), "\r\n+QFUPL: 1024,0\r\n\r\n+CME ERROR: 403\r\n"}});
  Engine engine(wire, unsolicited);
  auto reply = engine.upload("AT+QFUPL=\"f\",3000,5,1", data, true, soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_EQ(reply->code, 403);
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Upload, ThatIsStuckIsEndedBeforeTheNextCommand) {
  const std::string data(10, 'x');
  ScriptedStream wire({turn("AT+QFUPL=\"f\",10,5,1", "\r\nCONNECT\r\n"),
                       {data, ""},
                       {"+++", "\r\n+QFUPL: 10,0\r\n\r\nOK\r\n"},
                       {"\r", ""},
                       turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
                       turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.upload("AT+QFUPL=\"f\",10,5,1", data, true, soon()));
  auto reply = engine.command("AT", soon());
  ASSERT_TRUE(reply) << reply.error().what;
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Upload, SaysThatThePortIsGone) {
  const std::string data(2000, 'x');
  ScriptedStream wire({turn("AT+QFUPL=\"f\",2000,5,1", "\r\nCONNECT\r\n"),
                       {.hears = data.substr(0, 1024), .says = {}, .later = {}, .gone = true}});
  Engine engine(wire, unsolicited);
  auto reply = engine.upload("AT+QFUPL=\"f\",2000,5,1", data, true, soon());
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::modem_gone);
  EXPECT_EQ(reply.error().what, "the script is gone (unplugged?)");
}

TEST(Download, ReturnsTheBytesAndTheTrailer) {
  const std::string data = "\r\nOK\r\n-----";
  ScriptedStream wire({turn("AT+QFDWL=\"f\"", "\r\nCONNECT\r\n" + data + "+QFDWL: 11,ab\r\n\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  auto got = engine.download("AT+QFDWL=\"f\"", data.size(), soon());
  ASSERT_TRUE(got) << got.error().what;
  EXPECT_EQ(got->data, data);
  EXPECT_EQ(got->reply.lines, std::vector<std::string>{"+QFDWL: 11,ab"});
}

TEST(Download, OfWhichBytesWereLostEndsWithTheTransfer) {
  ManualTime time;
  ScriptedStream wire(
      {turn("AT+QFDWL=\"f\"", "\r\nCONNECT\r\nabcd+QFDWL: 5,ab\r\n\r\nOK\r\n"), turn("AT", "\r\nOK\r\n")});
  wire.passes(time);
  Engine engine(wire, unsolicited);
  auto got = engine.download("AT+QFDWL=\"f\"", 60, after(60s));
  ASSERT_FALSE(got);
  EXPECT_EQ(got.error().code, Errc::modem_refused);
  EXPECT_LT(time.now(), after(0s) + 5s);
  EXPECT_TRUE(engine.in_step());
  EXPECT_TRUE(engine.command("AT", soon())) << wire.left();
}

TEST(Upload, WhoseConnectWasLostIsEndedBeforeTheNextCommand) {
  ScriptedStream wire({turn("AT+QFUPL=\"f\",10,5,1", ""),
                       {"+++", "\r\n+QFUPL: 0,0\r\n\r\n+CME ERROR: 421\r\n"},
                       {"\r", ""},
                       turn("AT+CSQ", "\r\n+CSQ: 20,99\r\n\r\nOK\r\n"),
                       turn("AT", "\r\nOK\r\n")});
  Engine engine(wire, unsolicited);
  ASSERT_FALSE(engine.upload("AT+QFUPL=\"f\",10,5,1", std::string(10, 'x'), true, soon()));
  EXPECT_TRUE(engine.command("AT", soon())) << wire.left();
  EXPECT_TRUE(wire.finished()) << wire.left();
}

}  // namespace
}  // namespace epki::at
