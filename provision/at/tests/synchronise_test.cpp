#include "provision/at/engine.hpp"

#include <gtest/gtest.h>

#include "provision/at/tests/scripted_stream.hpp"

namespace epki::at {
namespace {

using namespace std::chrono_literals;
using test::any;
using test::ScriptedStream;
using test::soon;
using test::turn;
using test::unsolicited;

TEST(Synchronise, ReachesAModemWithItsEchoOn) {
  ScriptedStream wire(test::synchronise_turns());
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(soon());
  ASSERT_TRUE(reached) << reached.error().what;
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Synchronise, DiscardsAnswersToAnEarlierProgram) {
  auto turns = test::synchronise_turns();
  turns[0].says = "\r\n+QFLST: \"a\",1\r\n\r\nOK\r\n\r\nOK\r\n";  // one OK more than was asked for
  ScriptedStream wire(turns);
  wire.expect(turn("AT+CPIN?", "\r\n+CPIN: READY\r\n\r\nOK\r\n"));
  Engine engine(wire, unsolicited);
  ASSERT_TRUE(engine.synchronise(soon()));
  auto reply = engine.command("AT+CPIN?", soon());
  ASSERT_TRUE(reply);
  EXPECT_EQ(reply->lines, std::vector<std::string>{"+CPIN: READY"});
}

TEST(Synchronise, EndsATransferThatWaitsForData) {
  ScriptedStream wire({turn("AT", ""), turn("AT", ""), {"+++", "\r\n+QFUPL: 6,0\r\n\r\nOK\r\n"}, {"\r", ""}});
  wire.expect(test::synchronise_turns());
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(soon());
  ASSERT_TRUE(reached) << reached.error().what;
  EXPECT_TRUE(wire.finished()) << wire.left();
}

// The length of a message was garbled on its way: the modem waits for more than will ever come.
TEST(Synchronise, FillsUpAPromptThatNothingElseEnds) {
  ScriptedStream wire({turn("AT", ""),
                       turn("AT", ""),
                       {"+++", ""},
                       {"\x1b", ""},
                       {"\r", ""},
                       turn("AT", ""),
                       turn("AT", ""),
                       turn("AT", ""),
                       {"+++", ""},
                       {"\x1b", ""},
                       {std::string(4096, '\r'), "\r\nOK\r\n"},
                       {"\r", ""}});
  wire.expect(test::synchronise_turns());
  ManualTime time;
  wire.passes(time);
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(after(std::chrono::seconds(15)));
  ASSERT_TRUE(reached) << reached.error().what;
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Synchronise, TakesAModemThatRefusesEveryQuery) {
  const std::string no = "\r\nERROR\r\n";
  ScriptedStream wire({turn("AT", "\r\nOK\r\n"), turn("ATE0", "\r\nOK\r\n"), turn("AT+CSQ", no), turn("AT+CREG?", no),
                       turn("AT+CCLK?", no), turn("AT+CEREG?", no), turn("AT+CGSN", no)});
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(soon());
  ASSERT_TRUE(reached) << reached.error().what;
  EXPECT_TRUE(wire.finished()) << wire.left();
}

TEST(Synchronise, SaysThatNothingAnswers) {
  ScriptedStream wire({turn("AT", "")});
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(Deadline::min());
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().code, Errc::modem_gone);
  EXPECT_EQ(reached.error().what, "nothing answers on the script");
}

/// A port that talks without end and never listens.
class Flood final : public transport::ByteStream {
 public:
  Result<std::size_t> read_some(std::span<std::byte> into, Deadline) override {
    constexpr std::string_view sentence = "$GPGSV,3,1,09*7A\r\n";
    const auto n = std::min(into.size(), sentence.size());
    std::memcpy(into.data(), sentence.data(), n);
    return n;
  }
  Status write_all(std::span<const std::byte>, Deadline) override { return success(); }
  std::string name() const override { return "the flood"; }
};

TEST(Synchronise, SaysWhatTalksInsteadOfAModem) {
  Flood wire;
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(after(30ms));
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().code, Errc::modem_refused);
  EXPECT_NE(reached.error().what.find("$GPGSV"), std::string::npos) << reached.error().what;
}

/// What answers at once, in some way, to all it is sent. Time passes where it is waited for in vain.
class Responsive : public transport::ByteStream {
 public:
  explicit Responsive(ManualTime& time) : time_(time) {}
  Result<std::size_t> read_some(std::span<std::byte> into, Deadline by) override {
    if (said_.empty()) time_.advance_to(by);
    const auto n = std::min(into.size(), said_.size());
    std::memcpy(into.data(), said_.data(), n);
    said_.erase(0, n);
    return n;
  }

 protected:
  std::string said_;

 private:
  ManualTime& time_;
};

/// Something that says OK to every line, as a bridge or another program's stand-in does.
class YesMan final : public Responsive {
 public:
  using Responsive::Responsive;
  Status write_all(std::span<const std::byte> bytes, Deadline) override {
    for (const char c : as_text(bytes))
      if (c == '\r') said_ += "\r\nOK\r\n";
    return success();
  }
  std::string name() const override { return "the yes man"; }
};

/// RX and TX joined, or a modem that hangs and still echoes.
class Loop final : public Responsive {
 public:
  using Responsive::Responsive;
  Status write_all(std::span<const std::byte> bytes, Deadline) override {
    said_ += as_text(bytes);
    return success();
  }
  std::string name() const override { return "the loop"; }
};

// Whatever it was sent to end a transfer comes back as well.
TEST(Synchronise, AnEchoIsNoAnswer) {
  ManualTime time;
  Loop wire(time);
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(after(30s));
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().code, Errc::modem_gone) << reached.error().what;
  EXPECT_NE(reached.error().what.find("sends back what it is sent"), std::string::npos) << reached.error().what;
}

TEST(Synchronise, ThatSomethingSaysOkIsNoModem) {
  ManualTime time;
  YesMan wire(time);
  Engine engine(wire, unsolicited);
  auto reached = engine.synchronise(after(30s));
  ASSERT_FALSE(reached);
  EXPECT_EQ(reached.error().code, Errc::modem_refused) << reached.error().what;
  EXPECT_NE(reached.error().what.find("does not identify itself"), std::string::npos) << reached.error().what;
  EXPECT_FALSE(reached.error().hint.empty());
}

TEST(Command, EndsAtItsDeadlineOnAPortThatFloods) {
  Flood wire;
  Engine engine(wire, unsolicited);
  auto reply = engine.command("AT", after(30ms));
  ASSERT_FALSE(reply);
  EXPECT_EQ(reply.error().code, Errc::modem_gone);
  auto line = engine.wait_for([](std::string_view l) { return l == "RDY"; }, after(30ms));
  ASSERT_TRUE(line);
  EXPECT_FALSE(*line);
}

TEST(Await, ReturnsLinesInOrderAndLeavesOthers) {
  ScriptedStream wire({});
  wire.say("\r\n+QMTSTAT: 0,1\r\n\r\n+QMTOPEN: 0,0\r\n\r\n+QMTOPEN: 1,4\r\n");
  Engine engine(wire, unsolicited);
  const auto open = [](std::string_view line) { return line.starts_with("+QMTOPEN:"); };
  EXPECT_EQ(*engine.await(open, soon(), "the result"), "+QMTOPEN: 0,0");
  EXPECT_EQ(*engine.await(open, soon(), "the result"), "+QMTOPEN: 1,4");
  auto none = engine.await(open, soon(), "the result of QMTOPEN");
  ASSERT_FALSE(none);
  EXPECT_EQ(none.error().what, "the result of QMTOPEN did not come in time");
  EXPECT_EQ(engine.take_queued(any), "+QMTSTAT: 0,1");
}

TEST(Forget, DropsWhatCameBefore) {
  ScriptedStream wire({});
  wire.say("\r\n+QMTOPEN: 0,4\r\n");
  Engine engine(wire, unsolicited);
  engine.forget(any);
  auto line = engine.wait_for(any, soon());
  ASSERT_TRUE(line);
  EXPECT_FALSE(*line);
}

}  // namespace
}  // namespace epki::at
