// What modems of this family do differently: settings that do not take, clients that stay occupied, ports that go away.
#include <gtest/gtest.h>

#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

/// What the TLS client was given at an open.
TlsSettings opened_with(Bench& bench) {
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  bench.until("+QSSLOPEN");
  bench.say("AT+QSSLCLOSE=0");
  const std::lock_guard lock(bench.network->guard);
  return bench.network->settings.value_or(TlsSettings{});
}

TEST(Settings, AreAcknowledgedAndNotApplied) {
  auto bench = Bench::online(with("[quirks]\nignored_settings = [\"sni\", \"mqtt/ssl\"]\n"));
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1,1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1"), "\r\n+QSSLCFG: \"sni\",1,0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0,1,1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0"), "\r\n+QMTCFG: \"ssl\",0\r\n\r\nOK\r\n");
}

TEST(Settings, ReadBackAndHaveNoEffect) {
  auto bench = Bench::online(with("[quirks]\nhollow_settings = [\"seclevel\", \"mqtt/ssl\"]\n"));
  bench.say("AT+QSSLCFG=\"seclevel\",1,1");
  bench.say("AT+QSSLCFG=\"sni\",1,1");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"seclevel\",1"), "\r\n+QSSLCFG: \"seclevel\",1,1\r\n\r\nOK\r\n");
  const auto settings = opened_with(bench);
  EXPECT_EQ(settings.seclevel, 0);
  EXPECT_TRUE(settings.sni);
  bench.say("AT+QMTCFG=\"ssl\",0,1,1");
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  bench.until("+QMTOPEN");
  EXPECT_EQ(bench.network->opened.back(), "plain broker.test:8883");
}

TEST(Settings, BeforeReadyHaveNoEffect) {
  auto persona = with("boot_ms = 1000\n[quirks]\nanswers_before_rdy_ms = 400\nsettings_before_rdy_ignored = true\n");
  Bench bench(persona, {}, false);
  EXPECT_EQ(bench.feed("AT\r"), "");
  EXPECT_EQ(bench.pass(600ms), "");
  EXPECT_EQ(bench.feed("ATE0\r"), "ATE0\r\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"seclevel\",1,1"), "\r\nOK\r\n");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"seclevel\",1"), "\r\n+QSSLCFG: \"seclevel\",1,1\r\n\r\nOK\r\n");
  bench.say("AT+QIACT=1");
  bench.network->names["broker.test"] = {"127.0.0.1"};
  EXPECT_EQ(opened_with(bench).seclevel, 0);
  bench.say("AT+QSSLCFG=\"seclevel\",1,1");
  EXPECT_EQ(opened_with(bench).seclevel, 1);
}

TEST(MqttClients, StayOccupiedAfterAnOpenThatFailed) {
  auto bench = Bench::online(with("[quirks]\nmqtt_id_leak = true\n"));
  bench.network->failure = OpenFailure::tcp;
  bench.say("AT+QMTOPEN=0,\"broker.test\",1");
  EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,5\r\n");
  bench.say("AT+QMTOPEN=0,\"broker.test\",1");
  EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,2\r\n");
  EXPECT_EQ(bench.say("AT+QMTCONN=0,\"x\""), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+QMTCLOSE=0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QMTCLOSE"), "\r\n+QMTCLOSE: 0,0\r\n");
  bench.say("AT+QMTOPEN=0,\"broker.test\",1");
  EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,5\r\n");
}

TEST(UnsolicitedLines, AreLostAtTheRateThatIsAskedFor) {
  auto bench = Bench::online(with("[faults]\nurcs_lost_per_thousand = 500\nseed = 3\n"));
  int came = 0;
  for (int i = 0; i < 200; ++i) {
    EXPECT_EQ(bench.say("AT+QNTP=1,\"time.test\""), "\r\nOK\r\n") << "answers are not lost";
    if (bench.pass(20s).find("+QNTP: 0,") != std::string::npos) ++came;
  }
  EXPECT_GT(came, 60);
  EXPECT_LT(came, 140);
}

TEST(MqttClients, RunOutOfOpens) {
  auto bench = Bench::online(with("[faults]\nmqtt_open_limit = 2\n"));
  bench.say("AT+QMTCFG=\"ssl\",0,1,1");
  for (const char* result : {"0", "0", "5"}) {
    bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
    EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0," + std::string(result) + "\r\n");
    bench.say("AT+QMTCLOSE=0");
    if (result[0] == '0') bench.until("+QMTCLOSE");
  }
}

TEST(LineSpeed, OfHostAndModemMustBeTheSame) {
  Bench bench(with("baud = 115200\n"));
  bench.pass(100ms);
  bench.modem->host_speed(115200);
  bench.feed("ATE0\r");
  EXPECT_TRUE(bench.pass(100ms).ends_with("\r\nOK\r\n"));
  bench.feed("AT+IPR=921600\r");
  EXPECT_EQ(bench.pass(100ms), "\r\nOK\r\n") << "still at the old speed";
  bench.feed("AT\r");
  EXPECT_EQ(bench.pass(100ms), "") << "nothing the modem can read";
  bench.modem->host_speed(921600);
  bench.feed("\rAT\r");  // what came before is noise in front of this line
  EXPECT_EQ(bench.pass(100ms), "\r\nOK\r\n");
  bench.modem->host_speed(9600);
  bench.modem->urc("RING", bench.now);
  const auto garbled = bench.pass(100ms);
  EXPECT_EQ(garbled.size(), 8u);
  EXPECT_EQ(garbled.find("RING"), std::string::npos);
}

// A busy computer looks late: what was sent at the old speed was sent at the old speed.
TEST(LineSpeed, OfAByteIsThatAtWhichItWasSent) {
  Bench bench(with("baud = 115200\n"));
  bench.pass(100ms);
  bench.modem->host_speed(115200);
  bench.feed("ATE0\r");
  bench.pass(100ms);
  bench.feed("AT+IPR=921600\r");
  bench.modem->advance(bench.now + 100ms);
  EXPECT_EQ(bench.modem->take_output(bench.now + 100ms), "\r\nOK\r\n");
  EXPECT_EQ(bench.modem->wire.baud(), 921600);
}

TEST(UsbPort, IsUnpluggedWhileTheModemRestarts) {
  auto persona = Bench::bench_persona();
  persona.quirks.usb = true;
  Bench bench(persona);
  EXPECT_FALSE(bench.modem->unplugged());
  bench.say("AT+CFUN=1,1");
  EXPECT_TRUE(bench.modem->unplugged());
  bench.pass(1s);
  EXPECT_FALSE(bench.modem->unplugged());
}

}  // namespace
}  // namespace epki::sim
