// Captures of a UART, in the forms in which people have them, held against a boot sequence.

#include "provision/plan/boot_check.hpp"
#include "provision/plan/capture_text.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/text.hpp"

namespace epki::plan {
namespace {

using Answer = BootVerdict::Answer;
using From = CaptureLine::From;

BootSequence sequence() {
  return boot_sequence({.model = "EC200U",
                        .firmware = "EC200UCNAAR03A03M08",
                        .files = {{FileRole::ca, "cacert_0123456789ab.pem", "01"}},
                        .ntp_server = "pool.ntp.org",
                        .minimum_year = 2026,
                        .host = "broker.example",
                        .port = 8883,
                        .settings = ssl_settings("cacert_0123456789ab.pem")});
}

struct Line {
  bool host;
  std::string text;
};

/// The conversation of a device that does everything right.
std::vector<Line> right() {
  std::vector<Line> all{{false, "RDY"}, {false, "+CPIN: READY"}};
  const auto say = [&](const std::string& command, const std::vector<std::string>& answers) {
    all.push_back({true, command});
    for (const auto& answer : answers) all.push_back({false, answer});
  };
  for (const auto& step : sequence().steps) {
    if (step.kind == BootStep::Kind::wait) continue;
    if (step.kind == BootStep::Kind::registered) {
      say(step.send, {"+CEREG: 0,2", "OK"});
      say(step.send, {"+CEREG: 0,1", "OK"});
    } else if (step.kind == BootStep::Kind::clock) {
      say(step.send, {"+CCLK: \"26/11/27,04:00:00+00\"", "OK"});
    } else if (step.kind == BootStep::Kind::deferred) {
      say(step.send, {"OK", "+QNTP: 0,\"2026/11/27,04:00:00+00\""});
    } else {
      say(step.send, {"OK"});
    }
  }
  say("AT+QMTOPEN=0,\"broker.example\",8883", {"OK", "+QMTOPEN: 0,0"});
  return all;
}

std::string marked(const std::vector<Line>& lines) {
  std::string text;
  for (const auto& line : lines) text += (line.host ? "> " : "< ") + line.text + "\n";
  return text;
}

std::size_t place(const std::vector<Line>& lines, std::string_view beginning) {
  const auto at = std::ranges::find_if(lines, [&](const Line& line) { return line.text.starts_with(beginning); });
  EXPECT_NE(at, lines.end()) << beginning;
  return static_cast<std::size_t>(at - lines.begin());
}

/// Takes the command that begins so out, with its answer.
std::vector<Line> without(std::string_view beginning) {
  auto lines = right();
  const auto at = static_cast<std::ptrdiff_t>(place(lines, beginning));
  lines.erase(lines.begin() + at, lines.begin() + at + 2);
  return lines;
}

BootVerdict verdict_of(const std::string& text) {
  return check_boot(read_capture(text), sequence());
}

std::string errors(const BootVerdict& verdict) {
  std::string all;
  for (const auto& finding : verdict.findings)
    if (finding.severity == BootFinding::Severity::error) all += finding.step + ": " + finding.what + "\n";
  return all;
}

#define EXPECT_ANSWER(verdict, expected) EXPECT_EQ(word((verdict).answer), word(expected)) << (verdict).text("capture")

TEST(BootCheck, ADeviceThatDoesEverythingIsRight) {
  const auto verdict = verdict_of(marked(right()));
  EXPECT_ANSWER(verdict, Answer::right);
  EXPECT_TRUE(verdict.findings.empty()) << verdict.text("capture");
  EXPECT_EQ(verdict.boots, 1U);
  EXPECT_EQ(verdict.not_judged.size(), 1U);  // no times
}

TEST(BootCheck, EveryStepThatIsLeftOutIsNamed) {
  for (const auto& step : sequence().steps) {
    if (step.kind != BootStep::Kind::command || step.may_fail || step.send == "ATE0") continue;
    const auto verdict = verdict_of(marked(without(step.send)));
    EXPECT_ANSWER(verdict, Answer::wrong) << step.send;
    EXPECT_EQ(errors(verdict), step.send + ": not sent\n");
  }
}

TEST(BootCheck, AnotherSpellingIsNoOtherCommand) {
  auto lines = right();
  lines[place(lines, "AT+QSSLCFG=\"sni\"")].text = "at+qsslcfg=\"SNI\", 1, 1";
  lines[place(lines, "AT+QSSLCFG=\"ciphersuite\"")].text = "AT+QSSLCFG=\"ciphersuite\",1,0xffff";
  lines[place(lines, "AT+QSSLCFG=\"cacert\"")].text = "AT+QSSLCFG=\"cacert\",1,\"cacert_0123456789ab.pem\"";
  EXPECT_ANSWER(verdict_of(marked(lines)), Answer::right);
}

TEST(BootCheck, AValueThatWeakensIsWrongWhateverWasSentBefore) {
  for (const auto* write : {"AT+QSSLCFG=\"ignorelocaltime\",1,1", "AT+QSSLCFG=\"seclevel\",1,0",
                            "AT+QSSLCFG=\"cacertex\",1,\"UFS:other.pem\"", "AT+QMTCFG=\"ssl\",0,0"}) {
    auto lines = right();
    lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place(lines, "AT+CEREG?")),
                 {{true, write}, {false, "OK"}});
    EXPECT_ANSWER(verdict_of(marked(lines)), Answer::wrong) << write;
  }
}

TEST(BootCheck, AWeakValueThatIsPutRightBeforeTheConnectionIsNoError) {
  auto lines = right();
  lines.insert(lines.begin() + 2, {{true, "AT+QSSLCFG=\"seclevel\",1,0"}, {false, "OK"}});
  EXPECT_EQ(errors(verdict_of(marked(lines))), "");
}

TEST(BootCheck, SettingsSentBeforeRdyDoNotCount) {
  auto lines = right();
  std::rotate(lines.begin(), lines.begin() + 2, lines.begin() + static_cast<std::ptrdiff_t>(place(lines, "AT+CEREG?")));
  const auto verdict = verdict_of(marked(lines));
  EXPECT_ANSWER(verdict, Answer::wrong);
  EXPECT_NE(errors(verdict).find("before RDY"), std::string::npos) << errors(verdict);
}

TEST(BootCheck, TheTimeGateMustHold) {
  auto lines = right();
  auto& clock = lines[place(lines, "+CCLK:")].text;
  clock = "+CCLK: \"80/01/06,00:01:00+00\"";
  EXPECT_NE(errors(verdict_of(marked(lines))).find("1980"), std::string::npos);
  lines.insert(lines.begin() + static_cast<std::ptrdiff_t>(place(lines, "AT+QMTOPEN")),
               {{true, "AT+CCLK=\"26/11/27,04:00:00+00\""},
                {false, "OK"},
                {true, "AT+CCLK?"},
                {false, "+CCLK: \"26/11/27,04:00:00+00\""},
                {false, "OK"}});
  EXPECT_ANSWER(verdict_of(marked(lines)), Answer::right);  // set-clock, and asked once more
  auto blind = right();
  const auto at = blind.begin() + static_cast<std::ptrdiff_t>(place(blind, "AT+CCLK?"));
  blind.erase(at, at + 3);
  EXPECT_NE(errors(verdict_of(marked(blind))).find("without a look at the clock"), std::string::npos);
}

TEST(BootCheck, ARefusedCommandIsWrong) {
  auto lines = right();
  lines[place(lines, "AT+QSSLCFG=\"sni\"") + 1].text = "+CME ERROR: 50";
  EXPECT_NE(errors(verdict_of(marked(lines))).find("+CME ERROR: 50"), std::string::npos);
}

TEST(BootCheck, AConnectionSomewhereElseIsWrong) {
  auto lines = right();
  lines[place(lines, "AT+QMTOPEN")].text = "AT+QMTOPEN=0,\"other.example\",1883";
  EXPECT_ANSWER(verdict_of(marked(lines)), Answer::wrong);
}

TEST(BootCheck, EveryBootIsJudgedAndTheWorstDecides) {
  const auto verdict = verdict_of(marked(right()) + marked(without("AT+QSSLCFG=\"cacert\"")));
  EXPECT_ANSWER(verdict, Answer::wrong);
  EXPECT_EQ(verdict.boots, 2U);
}

TEST(BootCheck, SaysWhyItCannotSay) {
  EXPECT_ANSWER(verdict_of(""), Answer::inconclusive);
  EXPECT_ANSWER(verdict_of("RDY\r\n+CPIN: READY\r\nOK\r\n"), Answer::inconclusive);  // one side only
  auto lines = right();
  lines.resize(place(lines, "AT+QMTOPEN"));
  EXPECT_ANSWER(verdict_of(marked(lines)), Answer::inconclusive);
  auto late = right();
  late.erase(late.begin(), late.begin() + 2);
  EXPECT_ANSWER(verdict_of(marked(late)), Answer::inconclusive);
  std::string echo = "RDY\r\nATE0\r\nOK\r\n";  // a tap on the modem's side, blind once the echo is off
  for (int i = 0; i < 20; ++i) echo += "OK\r\n";
  EXPECT_ANSWER(verdict_of(echo), Answer::inconclusive);
}

TEST(BootCheck, ALateAnswerIsSaidWhereTheCaptureHasTimes) {
  std::string text;
  std::int64_t ms = 1000;
  for (const auto& line : right()) {
    ms += line.text.starts_with("AT+QSSLCFG=\"seclevel\"") ? 1 : 2;
    if (line.text == "OK" && text.ends_with("2,1\n")) ms += 0;
    const auto fraction = std::to_string(ms % 1000);
    text += std::to_string(ms / 1000) + "." + std::string(3 - fraction.size(), '0') + fraction +
            (line.host ? " > " : " < ") + line.text + "\n";
    if (line.text.starts_with("AT+QSSLCFG=\"sni\"")) ms += 7000;
  }
  const auto verdict = verdict_of(text);
  EXPECT_TRUE(verdict.not_judged.empty());
  ASSERT_EQ(verdict.findings.size(), 1U) << verdict.text("capture");
  EXPECT_NE(verdict.findings[0].what.find("answered after 7"), std::string::npos) << verdict.findings[0].what;
}

/// The same conversation, written by different tools.
TEST(Capture, ComesInManyForms) {
  using Form = std::string (*)(const Line&);
  const Form forms[] = {
      [](const Line& l) { return (l.host ? "TX: " : "RX: ") + l.text + "\r\n"; },
      [](const Line& l) { return std::string(l.host ? "[12:30:01.123] --> " : "[12:30:01.200] <-- ") + l.text + "\n"; },
      [](const Line& l) {
        return (l.host ? "2026-07-03 08:56:14 sendline: " + l.text + ".\n"
                       : "recvline: ..\nrecvline: " + l.text + "..\n");
      },
      [](const Line& l) { return (l.host ? "host: " : "modem: ") + l.text + "<CR><LF>\n"; },
      [](const Line& l) { return l.host ? l.text + "\r" : "\r\n" + l.text + "\r\n"; },  // raw, with the modem's echo
      [](const Line& l) { return (l.host ? "> \"" + l.text + "\\r\"\n" : "< \"\\r\\n" + l.text + "\\r\\n\"\n"); },
  };
  int number = 0;
  for (const auto form : forms) {
    auto lines = right();
    // With the echo off a raw tap sees one side.
    std::erase_if(lines, [](const Line& line) { return line.text == "ATE0"; });
    std::string text;
    for (const auto& line : lines) text += form(line);
    const auto capture = read_capture(text);
    EXPECT_TRUE(capture.host_seen);
    const auto verdict = check_boot(capture, sequence());
    EXPECT_EQ(errors(verdict), "") << "form " << number << "\n" << text.substr(0, 400);
    EXPECT_ANSWER(verdict, Answer::right) << "form " << number;
    ++number;
  }
}

// Each character of a text of Latin-1 letters as two bytes.
std::string wide(std::string_view text, bool big) {
  std::string bytes;
  for (const char c : text) bytes += big ? std::string{'\0', c} : std::string{c, '\0'};
  return bytes;
}

TEST(Capture, ReadsWhatWindowsWrites) {
  const auto text = marked(right());
  for (const bool big : {false, true})
    for (const bool mark : {false, true}) {
      const auto read = capture_text((mark ? big ? "\xfe\xff" : "\xff\xfe" : "") + wide(text, big));
      ASSERT_TRUE(read) << read.error().what;
      EXPECT_EQ(read->text, text);
      EXPECT_EQ(read->read_as, big ? "UTF-16BE" : "UTF-16LE");
      EXPECT_ANSWER(verdict_of(read->text), Answer::right);
    }
  EXPECT_EQ(capture_text("\xef\xbb\xbf" + text)->text, text);
}

TEST(Capture, OtherBytesAreLeftAsTheyAre) {
  using namespace std::string_literals;
  // A line that powers up brings NULs; two letters are no text; what follows no mark is judged by what it is.
  for (const auto& bytes :
       {"\0\0\0\0\0\0\0\0RDY\r\nAT\r\n"s, "\0R\0D\0\0\0\0\0\0\0\0\0\0\0\0"s, "A\0"s, ""s, "RDY\r\n"s}) {
    const auto read = capture_text(bytes);
    ASSERT_TRUE(read);
    EXPECT_EQ(read->text, bytes);
    EXPECT_EQ(read->read_as, "");
  }
  // Letters of other scripts, a pair and a half of one, a half byte pair at the end.
  EXPECT_EQ(capture_text("\xff\xfe\xfc\0\xac\x20\x3d\xd8\x00\xde\x00\xd8x\0\x00\xdc!"s)->text,
            "ü€😀\xef\xbf\xbdx\xef\xbf\xbd");
  EXPECT_EQ(capture_text("\xff\xfe\x3d\xd8"s)->text, "\xef\xbf\xbd");
  for (const auto& bytes : {"\xff\xfe\0\0A\0\0\0"s, "\0\0\xfe\xff\0\0\0A"s}) {
    const auto read = capture_text(bytes);
    ASSERT_FALSE(read);
    EXPECT_NE(read.error().what.find("UTF-32"), std::string::npos);
  }
}

TEST(Capture, KnowsThePromptFromADirection) {
  const auto capture = read_capture("> AT+QMTPUBEX=0,1,1,0,\"ec200u/x\",2\n>\nhi\nOK\n");
  ASSERT_EQ(capture.lines.size(), 4U);
  EXPECT_EQ(capture.lines[0].from, From::host);
  EXPECT_EQ(capture.lines[1].from, From::modem);
}

}  // namespace
}  // namespace epki::plan
