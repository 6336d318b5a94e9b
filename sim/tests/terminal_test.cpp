// The front end as a value: shapes, echo, errors, pace, power.
#include <gtest/gtest.h>

#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

TEST(Terminal, AnswersNothingBeforeRdy) {
  Bench bench(Bench::bench_persona(), {}, false);
  EXPECT_EQ(bench.feed("AT\r"), "");
  EXPECT_FALSE(bench.modem->ready());
  EXPECT_EQ(bench.pass(49ms), "");
  EXPECT_EQ(bench.pass(1ms), "\r\nRDY\r\n");
  EXPECT_TRUE(bench.modem->ready());
  EXPECT_EQ(bench.pass(1s), "\r\n+CPIN: READY\r\n\r\n+QUSIM: 1\r\n\r\n+QIND: SMS DONE\r\n\r\n+QIND: PB DONE\r\n");
}

TEST(Terminal, EchoesUntilToldNotTo) {
  Bench bench;
  bench.say("ATE1");
  EXPECT_EQ(bench.feed("AT\r"), "AT\r\r\nOK\r\n");
  EXPECT_EQ(bench.feed("ATE0\r"), "ATE0\r\r\nOK\r\n");
  EXPECT_EQ(bench.feed("AT\r"), "\r\nOK\r\n");
}

TEST(Terminal, SaysWhatRecordedModemsSay) {
  auto persona = Bench::bench_persona();
  persona.revision = "EC200UCNAAR03A09M08";
  persona.radio.operator_name = "IND airtel";
  Bench bench(persona);
  EXPECT_EQ(bench.say("ATI"), "\r\nQuectel\r\nEC200U\r\nRevision: EC200UCNAAR03A09M08\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CPIN?"), "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CREG?"), "\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+COPS?"), "\r\n+COPS: 0,0,\"IND airtel\",7\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CGMM"), "\r\nEC200U\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CGSN"), "\r\n861234567890123\r\n\r\nOK\r\n");
}

TEST(Terminal, RefusesWhatItDoesNotKnow) {
  Bench bench;
  for (const char* line : {"AT+NOSUCH", "AT+NOSUCH=1", "AT+CPIN", "AT+CGMM?", "ATX9Y", "AT+", "AT+CMEE=3",
                           "AT+CMEE=\"1\"", "AT+CMEE=1,2", "AT+CMEE=", "AT+QFLST=\"open", "AT+QFLST=\"a\"b", "ATE2",
                           "AT+CREG=0x1", "AT+CREG=-1", "AT+CREG= 1", "AT,", "AT+CPIN?x"})
    EXPECT_EQ(bench.say(line), "\r\nERROR\r\n") << line;
}

TEST(Terminal, NamesAreNotCaseSensitiveAndLineFeedsAreIgnored) {
  Bench bench;
  EXPECT_EQ(bench.feed("at+cpin?\r\n"), "\r\n+CPIN: READY\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.feed("\nAt\r\n\n"), "\r\nOK\r\n");
}

TEST(Terminal, LineNoiseIsNotAnswered) {
  Bench bench;
  EXPECT_EQ(bench.feed("\r\rhello\r-----END CERTIFICATE-----\r"), "");
  EXPECT_EQ(bench.feed(std::string("\0\x1a", 2) + "AT\r"), "\r\nOK\r\n");
}

TEST(Terminal, OneLineMayHoldSeveralCommands) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+CMEE=2;+CMEE?"), "\r\n+CMEE: 2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CPIN?;+CREG?"), "\r\n+CPIN: READY\r\n\r\n+CREG: 0,1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("ATE0V1+CMEE?"), "\r\n+CMEE: 2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CMEE=0;+NOSUCH;+CMEE=1"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+CMEE?"), "\r\n+CMEE: 0\r\n\r\nOK\r\n") << "what follows an error is not done";
  EXPECT_EQ(bench.say("AT+QICSGP=1,1,\"a;b\",\"\",\"\",0;+QICSGP=1"),
            "\r\n+QICSGP: 1,\"a;b\",\"\",\"\",0\r\n\r\nOK\r\n");
}

TEST(Terminal, ALineMayHave2048Bytes) {
  Bench bench;
  const std::string command = "AT+QFLST=\"";
  EXPECT_EQ(bench.say(command + std::string(2048 - command.size() - 1, 'x') + "\""), "\r\n+CME ERROR: 406\r\n");
  EXPECT_EQ(bench.say(command + std::string(2049 - command.size() - 1, 'x') + "\""), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT"), "\r\nOK\r\n");
}

TEST(Terminal, ErrorsAreNumbersOrWordsAsAsked) {
  auto persona = Bench::bench_persona();
  persona.quirks.cme_text = true;
  Bench bench(persona);
  bench.upload("a", "x");
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",1"), "\r\n+CME ERROR: 407\r\n");
  bench.say("AT+CMEE=2");
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",1"), "\r\n+CME ERROR: file already exist\r\n");
  EXPECT_EQ(bench.say("AT+QFDEL=\"b\""), "\r\n+CME ERROR: 405\r\n") << "texts and numbers are mixed";
  bench.say("AT+CMEE=0");
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",1"), "\r\nERROR\r\n");
}

TEST(Terminal, AnswersTheSameHoweverTheBytesAreCut) {
  const std::string script =
      "ATE1\rAT+CPIN?;+CREG?\rAT+QFUPL=\"a\",5,9,1\rabcdeAT+QFLST\rAT+NO\rAT+QFOPEN=\"a\",0\rAT+QFWRITE=1,3\rxyz"
      "AT+QFDWL=\"a\"\r";
  Bench whole;
  const auto expected = whole.feed(script);
  ASSERT_NE(expected.find("xyzde+QFDWL: 5,"), std::string::npos) << expected;
  for (std::size_t cut = 1; cut <= script.size(); ++cut) {
    Bench bench;
    std::string got;
    for (std::size_t i = 0; i < script.size(); i += cut) got += bench.feed(script.substr(i, cut));
    EXPECT_EQ(got, expected) << "cut every " << cut;
  }
}

TEST(Terminal, ThinksBeforeItAnswersAndKeepsWhatArrivesMeanwhile) {
  auto persona = Bench::bench_persona();
  persona.think = 100ms;
  Bench bench(persona);
  EXPECT_EQ(bench.feed("ATE0\rAT+CPIN?\r"), "ATE0\r");
  EXPECT_EQ(bench.pass(99ms), "");
  EXPECT_EQ(bench.pass(1ms), "\r\nOK\r\n");
  EXPECT_EQ(bench.pass(99ms), "");
  EXPECT_EQ(bench.pass(1ms), "\r\n+CPIN: READY\r\n\r\nOK\r\n");
}

TEST(Terminal, PacesBothDirections) {
  auto persona = Bench::bench_persona();
  persona.baud = 10'000;  // a byte takes a millisecond
  Bench bench(persona);
  EXPECT_EQ(bench.feed("ATE0\r"), "");
  EXPECT_EQ(bench.pass(5ms), "");
  EXPECT_EQ(bench.pass(1ms), "ATE0\r");
  EXPECT_EQ(bench.pass(5ms), "");
  EXPECT_EQ(bench.pass(1ms), "\r\nOK\r\n") << "5 bytes in, the last echoed, 6 bytes out";
  EXPECT_EQ(bench.feed("AT\rAT\r"), "");
  EXPECT_EQ(bench.pass(17ms), "\r\nOK\r\n") << "6 bytes in, then 6 out for the first";
  EXPECT_EQ(bench.pass(1ms), "\r\nOK\r\n");
}

TEST(Terminal, ALongAnswerTakesItsTime) {
  auto persona = Bench::bench_persona();
  persona.baud = 10'000;
  Bench bench(persona);
  bench.feed("ATE0\r");
  bench.pass(1s);
  ASSERT_TRUE(bench.modem->files().put("f", std::string(1000, 'x')));
  bench.feed("AT+QFDWL=\"f\"\r");
  const auto early = bench.pass(500ms);
  EXPECT_GT(early.size(), 300u);
  EXPECT_LE(early.size(), 500u);
}

TEST(Terminal, UnsolicitedLinesWaitForTheEndOfAnUpload) {
  Bench bench;
  bench.say("AT+QIACT=1");
  bench.say("AT+QNTP=1,\"pool.test\"");
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",2"), "\r\nCONNECT\r\n");
  EXPECT_EQ(bench.pass(1s), "");
  EXPECT_EQ(bench.feed("xy"), "+QFUPL: 2,7879\r\n\r\nOK\r\n\r\n+QNTP: 0,\"2026/11/22,12:00:00+32\"\r\n");
}

TEST(Power, ARebootKeepsFilesAndClockAndForgetsSettings) {
  Bench bench;
  bench.upload("a.pem", "content");
  bench.say("AT+CMEE=2;+QSSLCFG=\"seclevel\",1,2;+QMTCFG=\"ssl\",0,1,3;+QICSGP=1,1,\"apn\"");
  bench.say("AT+QIACT=1");
  bench.say("AT+CCLK=\"30/01/02,03:04:05+04\"");
  EXPECT_EQ(bench.say("AT+CFUN=1,1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT"), "") << "nothing is answered while it boots";
  EXPECT_EQ(bench.pass(50ms), "\r\nRDY\r\n");
  bench.pass(1s);
  EXPECT_EQ(bench.feed("ATE0\r"), "ATE0\r\r\nOK\r\n") << "echo is on at every boot";
  EXPECT_EQ(bench.say("AT+QFLST"), "\r\n+QFLST: \"UFS:a.pem\",7\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"seclevel\",1"), "\r\n+QSSLCFG: \"seclevel\",1,0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0"), "\r\n+QMTCFG: \"ssl\",0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIACT?"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CMEE?"), "\r\n+CMEE: 1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CCLK?"), "\r\n+CCLK: \"30/01/02,03:04:06+04\"\r\n\r\nOK\r\n");
}

TEST(Power, ARebootDuringAnUploadEndsIt) {
  auto persona = Bench::bench_persona();
  persona.faults.reboot_at_command = 2;
  Bench bench(persona);
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",10"), "");
  bench.pass(1s);
  EXPECT_EQ(bench.feed("AT+QFLST\r"), "AT+QFLST\r\r\nOK\r\n");
}

TEST(Power, FunctionalitySevenIsRefused) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+CFUN=7"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+CFUN=0,1"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+CFUN=4;+CFUN?;+CEREG?"), "\r\n+CFUN: 4\r\n\r\n+CEREG: 0,0\r\n\r\nOK\r\n");
}

TEST(Power, IsSilentAfterPowerDownUntilSwitchedOn) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+QPOWD=1"), "\r\nOK\r\n\r\nPOWERED DOWN\r\n");
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.pass(1h), "");
  bench.modem->power_on(bench.now);
  EXPECT_TRUE(bench.pass(50ms).starts_with("\r\nRDY\r\n"));
}

TEST(Clock, IsSetAndReadInLocalTime) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+CCLK?"), "\r\n+CCLK: \"26/11/22,12:00:00+00\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CCLK=\"26/07/03,08:56:27+32\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CCLK?"), "\r\n+CCLK: \"26/07/03,08:56:27+32\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.modem->clock.utc(bench.now), *parse_rfc3339("2026-07-03T00:56:27Z"));
  for (const char* wrong : {"26/07/03,08:56:27", "26/13/03,08:56:27+00", "26/02/30,08:56:27+00", "26/02/03,24:56:27+00",
                            "2026/07/03,08:56:27+32", "26-07-03,08:56:27+32"})
    EXPECT_EQ(bench.say("AT+CCLK=\"" + std::string(wrong) + "\""), "\r\nERROR\r\n") << wrong;
}

TEST(Clock, StartsWhereThePersonaSaysAndNetworkTimeMendsIt) {
  auto persona = Bench::bench_persona();
  persona.clock = "1980-01-06T00:00:00Z";
  Bench bench(persona);
  EXPECT_EQ(bench.say("AT+CCLK?"), "\r\n+CCLK: \"80/01/06,00:00:00+00\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QNTP=1,\"ntp.test\""), "\r\nERROR\r\n") << "no packet context";
  bench.say("AT+QIACT=1");
  EXPECT_EQ(bench.say("AT+QNTP=1,\"ntp.test\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.pass(1s), "\r\n+QNTP: 0,\"2026/11/22,12:00:00+32\"\r\n");
  EXPECT_EQ(bench.say("AT+CCLK?"), "\r\n+CCLK: \"26/11/22,12:00:01+00\"\r\n\r\nOK\r\n");
}

TEST(Radio, SaysWhatIsMissing) {
  auto persona = Bench::bench_persona();
  persona.radio.sim = Radio::Sim::missing;
  Bench missing(persona, {}, false);
  EXPECT_EQ(missing.pass(1s), "\r\nRDY\r\n\r\n+CPIN: NOT INSERTED\r\n");
  EXPECT_EQ(missing.feed("ATE0\rAT+CPIN?\r"), "ATE0\r\r\nOK\r\n\r\n+CME ERROR: 10\r\n");
  EXPECT_EQ(missing.say("AT+QIACT=1"), "\r\nERROR\r\n");
  persona.radio = {};
  persona.radio.registration = 3;
  Bench denied(persona);
  EXPECT_EQ(denied.say("AT+CEREG=1;+CEREG?"), "\r\n+CEREG: 1,3\r\n\r\nOK\r\n");
  EXPECT_EQ(denied.say("AT+QIACT=1"), "\r\nERROR\r\n");
}

TEST(Contexts, AnActiveOneAnswersError) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+QIACT?"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QICSGP=1,1,\"internet\",\"\",\"\",0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIACT=1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIACT=1"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+QIACT?"), "\r\n+QIACT: 1,1,1,\"10.46.73.41\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIDEACT=1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIACT?"), "\r\nOK\r\n");
}

TEST(Urcs, GoWhereTheyAreSent) {
  Bench bench;
  bench.say("AT+QIACT=1");
  EXPECT_EQ(bench.say("AT+QURCCFG=\"urcport\""), "\r\n+QURCCFG: \"urcport\",\"usbat\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QURCCFG=\"urcport\",\"usbmodem\""), "\r\nOK\r\n");
  bench.say("AT+QNTP=1,\"ntp.test\"");
  EXPECT_EQ(bench.pass(1s), "");
  EXPECT_EQ(bench.say("AT+QURCCFG=\"urcport\",\"elsewhere\""), "\r\nERROR\r\n");
}

}  // namespace
}  // namespace epki::sim
