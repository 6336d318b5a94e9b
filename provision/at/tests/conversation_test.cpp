#include "provision/at/conversation.hpp"

#include <gtest/gtest.h>

#include "provision/at/reply.hpp"
#include "provision/at/wire_log.hpp"

namespace epki::at {
namespace {

using Kind = Conversation::Kind;
using State = Conversation::State;

const std::vector<std::string> unsolicited{"+QMTSTAT:", "+QMTCLOSE:", "+QIURC:", "+CREG:", "+QMTOPEN:", "RDY"};

struct Row {
  const char* name;
  std::string command;
  std::string reply;
  State state;
  Final final;
  std::vector<std::string> lines;
  std::vector<std::string> queued{};
  std::string prefix{};
};

class Replies : public testing::TestWithParam<Row> {};

void expect_row(const Row& row, const Conversation& fed, Conversation& talk, std::size_t cut) {
  EXPECT_EQ(fed.state(), row.state) << "cut at " << cut;
  EXPECT_EQ(std::vector<std::string>(talk.unsolicited().begin(), talk.unsolicited().end()), row.queued)
      << "cut at " << cut;
  if (row.state != State::answered) return;
  const Reply reply = talk.take_reply();
  EXPECT_EQ(reply.final, row.final) << "cut at " << cut;
  EXPECT_EQ(reply.lines, row.lines) << "cut at " << cut;
}

TEST_P(Replies, MeanTheSameWhereverTheyAreCut) {
  const Row& row = GetParam();
  for (std::size_t cut = 0; cut <= row.reply.size(); ++cut) {
    Conversation talk(unsolicited);
    talk.begin({.command = row.command, .answer_prefix = row.prefix});
    talk.feed(std::string_view(row.reply).substr(0, cut));
    talk.feed(std::string_view(row.reply).substr(cut));
    expect_row(row, talk, talk, cut);
  }
  for (std::size_t size = 1; size <= row.reply.size(); ++size) {
    Conversation talk(unsolicited);
    talk.begin({.command = row.command, .answer_prefix = row.prefix});
    for (std::size_t at = 0; at < row.reply.size(); at += size) talk.feed(std::string_view(row.reply).substr(at, size));
    expect_row(row, talk, talk, size);
  }
}

INSTANTIATE_TEST_SUITE_P(
    Recorded, Replies,
    testing::Values(
        Row{"Identity",
            "ATI",
            "\r\nQuectel\r\nEC200U\r\nRevision: EC200UCNAAR03A09M08\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"Quectel", "EC200U", "Revision: EC200UCNAAR03A09M08"}},
        Row{"Ok", "AT", "\r\nOK\r\n", State::answered, Final::ok, {}},
        Row{"Error", "AT", "\r\nERROR\r\n", State::answered, Final::error, {}},
        Row{"Echoed",
            "AT+CPIN?",
            "AT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CPIN: READY"}},
        Row{"EchoWithoutItsBeginning",
            "AT+CPIN?",
            "PIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CPIN: READY"}},
        Row{"EchoAfterGarbage",
            "AT+CPIN?",
            std::string("\0\xff", 2) + "xAT+CPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CPIN: READY"}},
        Row{"EchoCutByAnUnsolicitedLine",
            "AT+CPIN?",
            "AT+C\r\n+QMTSTAT: 0,1\r\nPIN?\r\r\n+CPIN: READY\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CPIN: READY"},
            {"+QMTSTAT: 0,1"}},
        Row{"EchoGluedToTheReply",
            "AT+CPIN?",
            "AT+CPIN?\r+CPIN: READY\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CPIN: READY"}},
        Row{"NumberedRefusal", "AT+QFDEL=\"x\"", "\r\n+CME ERROR: 405\r\n", State::answered, Final::cme, {}},
        Row{"WordedRefusal",
            "AT+QFUPL=\"x\",1",
            "\r\n+CME ERROR: file already exist\r\n",
            State::answered,
            Final::cme,
            {}},
        Row{"MessageRefusal", "AT+CMGF=1", "\r\n+CMS ERROR: 302\r\n", State::answered, Final::cms, {}},
        Row{"NoCarrier", "ATO", "\r\nNO CARRIER\r\n", State::answered, Final::no_carrier, {}},
        Row{"OkInsideAName",
            "AT+QFLST",
            "\r\n+QFLST: \"UFS:BOOK.pem\",1\r\n+QFLST: \"OK\",2\r\n",
            State::waiting,
            Final::ok,
            {}},
        Row{"UnsolicitedInside",
            "AT+QFLST",
            "\r\n+QFLST: \"a\",1\r\n\r\n+QMTSTAT: 0,1\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+QFLST: \"a\",1"},
            {"+QMTSTAT: 0,1"}},
        Row{"UnsolicitedAskedFor",
            "AT+CREG?",
            "\r\n+CREG: 0,1\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {"+CREG: 0,1"},
            {},
            "+CREG:"},
        Row{"UnsolicitedNotAskedFor", "AT", "\r\n+CREG: 1\r\n\r\nOK\r\n", State::answered, Final::ok, {}, {"+CREG: 1"}},
        Row{"ResultLineBeforeOk",
            "AT+QMTOPEN=0,\"h\",1",
            "\r\n+QMTOPEN: 0,0\r\n\r\nOK\r\n",
            State::answered,
            Final::ok,
            {},
            {"+QMTOPEN: 0,0"}},
        Row{"ResultLineAfterOk",
            "AT+QMTOPEN=0,\"h\",1",
            "\r\nOK\r\n\r\n+QMTOPEN: 0,4\r\n",
            State::answered,
            Final::ok,
            {},
            {"+QMTOPEN: 0,4"}}),
    [](const auto& entry) { return std::string(entry.param.name); });

TEST(Refusals, AreNumbersOrWords) {
  const auto numbered = parse_final("+CME ERROR: 405");
  ASSERT_TRUE(numbered);
  EXPECT_EQ(numbered->code, 405);
  EXPECT_EQ(numbered->refusal(), "+CME ERROR: 405");
  const auto worded = parse_final("+CME ERROR: file already exist");
  ASSERT_TRUE(worded);
  EXPECT_FALSE(worded->code);
  EXPECT_EQ(worded->text, "file already exist");
  EXPECT_EQ(worded->refusal(), "+CME ERROR: file already exist");
  EXPECT_EQ(parse_final("ERROR")->refusal(), "ERROR");
  for (const char* line : {"BOOK", "OKAY", "+CME", "ERRORS", "+QFLST: \"OK\",1", "SEND OK"})
    EXPECT_FALSE(parse_final(line)) << line;
}

TEST(Prompt, IsSeenWhereverItIsCut) {
  const std::string reply = "\r\n> ";
  for (std::size_t cut = 0; cut <= reply.size(); ++cut) {
    Conversation talk(unsolicited);
    talk.begin({.command = "AT+QISEND=0,3", .kind = Kind::prompt, .size = 3});
    talk.feed(reply.substr(0, cut));
    if (cut < 3) {
      EXPECT_EQ(talk.state(), State::waiting) << cut;
    }
    talk.feed(reply.substr(cut));
    ASSERT_EQ(talk.state(), State::wants_data) << cut;
    talk.data_complete();
    talk.feed("\r\nSEND OK\r\n");
    EXPECT_EQ(talk.state(), State::answered);
  }
}

TEST(Prompt, MayBringItsSpaceAfterTheData) {
  Conversation talk(unsolicited);
  talk.begin({.command = "AT+QMTPUBEX=0,0,0,0,\"t\",1", .kind = Kind::prompt, .size = 1});
  talk.feed("\r\n>");
  ASSERT_EQ(talk.state(), State::wants_data);
  talk.data_complete();
  talk.feed(" \r\nOK\r\n");
  ASSERT_EQ(talk.state(), State::answered);
  EXPECT_TRUE(talk.take_reply().lines.empty());
}

struct Acknowledged {
  const char* name;
  std::size_t size;
  std::string after_connect;
  std::size_t acknowledged;
};
class Acknowledgements : public testing::TestWithParam<Acknowledged> {};

TEST_P(Acknowledgements, AreCountedAndNeverTakenForText) {
  const auto& row = GetParam();
  for (std::size_t cut = 0; cut <= row.after_connect.size(); ++cut) {
    Conversation talk(unsolicited);
    talk.begin({.command = "AT+QFUPL=\"x\"", .kind = Kind::upload, .size = row.size});
    talk.feed("\r\nCONNECT\r\n");
    ASSERT_EQ(talk.state(), State::wants_data);
    talk.feed(std::string_view(row.after_connect).substr(0, cut));
    talk.data_complete();
    talk.feed(std::string_view(row.after_connect).substr(cut));
    EXPECT_EQ(talk.acknowledged(), row.acknowledged);
    ASSERT_EQ(talk.state(), State::answered) << cut;
    EXPECT_EQ(talk.take_reply().lines, std::vector<std::string>{"+QFUPL: 1,2"});
  }
}
INSTANTIATE_TEST_SUITE_P(All, Acknowledgements,
                         testing::Values(Acknowledged{"OneThenResult", 1188, "A+QFUPL: 1,2\r\n\r\nOK\r\n", 1},
                                         Acknowledged{"OwnLine", 1188, "A\r\n+QFUPL: 1,2\r\n\r\nOK\r\n", 1},
                                         Acknowledged{"TwoGlued", 2100, "AA\r\n+QFUPL: 1,2\r\n\r\nOK\r\n", 2},
                                         Acknowledged{"AlsoForTheRest", 1188, "A\r\nA+QFUPL: 1,2\r\n\r\nOK\r\n", 2},
                                         Acknowledged{"None", 500, "+QFUPL: 1,2\r\n\r\nOK\r\n", 0}),
                         [](const auto& entry) { return std::string(entry.param.name); });

TEST(Download, TakesAnythingAsData) {
  const std::string data = std::string("\r\nOK\r\n+QMTSTAT: 0,1\r\nERROR\r\n\0CONNECT\r\n", 38);
  const std::string wire =
      "AT+QFDWL=\"x\"\r\r\nCONNECT\r\n" + data + "+QFDWL: " + std::to_string(data.size()) + ",1234\r\n\r\nOK\r\n";
  for (std::size_t cut = 0; cut <= wire.size(); ++cut) {
    Conversation talk(unsolicited);
    talk.begin({.command = "AT+QFDWL=\"x\"", .kind = Kind::download, .size = data.size()});
    talk.feed(std::string_view(wire).substr(0, cut));
    talk.feed(std::string_view(wire).substr(cut));
    ASSERT_EQ(talk.state(), State::answered) << cut;
    EXPECT_EQ(talk.take_data(), data);
    EXPECT_EQ(talk.take_reply().lines, std::vector<std::string>{"+QFDWL: 38,1234"});
    EXPECT_TRUE(talk.unsolicited().empty());
  }
}

TEST(Download, OfStatedSizeTakesThatSize) {
  Conversation talk(unsolicited);
  talk.begin({.command = "AT+QFREAD=1,1024", .kind = Kind::download, .size = 1024});
  talk.feed("\r\nCONNECT 5\r\nOK\r\n!\r\nOK\r\n");
  ASSERT_EQ(talk.state(), State::answered);
  EXPECT_EQ(talk.take_data(), "OK\r\n!");
}

TEST(Download, ThatIsShorterThanListedEndsAtItsTrailer) {
  Conversation talk(unsolicited);
  talk.begin({.command = "AT+QFDWL=\"x\"", .kind = Kind::download, .size = 500});
  // The first trailer states another place than its own: it is data.
  talk.feed("\r\nCONNECT\r\n+QFDWL: 9,1234\r\n\r\nOK\r\nabc+QFDWL: 25,1234\r\n\r\nOK\r\n");
  ASSERT_EQ(talk.state(), State::answered);
  EXPECT_EQ(talk.take_data().size(), 25U);
  EXPECT_EQ(talk.take_reply().lines, std::vector<std::string>{"+QFDWL: 25,1234"});
}

TEST(Conversation, DropsResultCodesNobodyWaitsFor) {
  Conversation talk(unsolicited);
  talk.feed("\r\nOK\r\n\r\nRDY\r\n\r\n+CME ERROR: 4\r\n");
  EXPECT_EQ(talk.unsolicited(), std::deque<std::string>{"RDY"});
}

TEST(Conversation, KeepsABoundedQueue) {
  Conversation talk(unsolicited);
  for (std::size_t i = 0; i < 2 * Conversation::queue_limit; ++i) talk.feed("+QMTSTAT: " + std::to_string(i) + "\r\n");
  EXPECT_EQ(talk.unsolicited().size(), Conversation::queue_limit);
  EXPECT_EQ(talk.unsolicited().back(), "+QMTSTAT: 1023");
}

TEST(WireLog, MasksSecretsHoweverTheyAreCut) {
  const std::string key =
      "-----BEGIN PRIVATE KEY-----\nMIGHAgEAMBMGByqGSM49\nAgEGCCqGSM49AwEHBG0w\n-----END PRIVATE KEY-----\n";
  for (std::size_t cut = 0; cut <= key.size(); ++cut) {
    std::string shown;
    WireLog log;
    log.to([&](std::string_view line) { shown += std::string(line) + "\n"; });
    log.mask(key);
    log.sent(std::string_view(key).substr(0, cut));
    log.sent(std::string_view(key).substr(cut));
    log.flush();
    EXPECT_EQ(shown.find("AgEA"), std::string::npos) << shown;
    EXPECT_EQ(shown.find("G0w"), std::string::npos) << shown;
    EXPECT_NE(shown.find("BEGIN PRIVATE KEY-----<LF>"), std::string::npos) << shown;
  }
}

TEST(WireLog, MasksWhatACutTransferShowedOfASecret) {
  std::string shown;
  WireLog log;
  log.to([&](std::string_view line) { shown += line; });
  log.mask("correct horse");
  log.sent("pass correct ho");
  log.flush();
  EXPECT_EQ(shown, "> pass <secret>");
}

TEST(WireLog, SpellsOutLineEnds) {
  std::string shown;
  WireLog log;
  log.to([&](std::string_view line) { shown += std::string(line) + "|"; });
  log.sent("AT\r");
  log.flush();
  log.received("\r\nOK\r\n");
  EXPECT_EQ(shown, "> AT<CR>|< <CR><LF>|< OK<CR><LF>|");
}

}  // namespace
}  // namespace epki::at
