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
