// Trouble on purpose: each fault of a persona.
#include <gtest/gtest.h>

#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

TEST(Faults, SilenceFromACommandOn) {
  auto persona = Bench::bench_persona();
  persona.faults.silent_after_commands = 2;
  Bench bench(persona);
  EXPECT_EQ(bench.say("AT"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.pass(1h), "");
  EXPECT_EQ(bench.say("AT"), "");
}

TEST(Faults, ARebootInPlaceOfAnAnswer) {
  auto persona = Bench::bench_persona();
  persona.faults.reboot_at_command = 3;
  Bench bench(persona);
  bench.say("AT");
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1,1"), "");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.feed("ATE0\r"), "ATE0\r\r\nOK\r\n") << "once only";
}

TEST(Faults, ALostUploadCompletion) {
  auto persona = Bench::bench_persona();
  persona.faults.lose_upload_completion = 2;
  Bench bench(persona);
  EXPECT_EQ(bench.upload("a", "x"), "+QFUPL: 1,7800\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.upload("b", "x"), "");
  EXPECT_EQ(bench.pass(1h), "");
  EXPECT_EQ(bench.say("AT+QFLST=\"b\""), "\r\n+QFLST: \"UFS:b\",1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.upload("c", "x"), "+QFUPL: 1,7800\r\n\r\nOK\r\n");
}

TEST(Faults, ThePortGoneInTheMiddleOfAnUpload) {
  auto persona = Bench::bench_persona();
  persona.faults.gone_at_upload_byte = 4;
  Bench bench(persona);
  EXPECT_EQ(bench.upload("a", "xyz"), "+QFUPL: 3,0279\r\n\r\nOK\r\n");
  EXPECT_FALSE(bench.modem->gone());
  EXPECT_EQ(bench.upload("b", "0123456789"), "");
  EXPECT_TRUE(bench.modem->gone());
  EXPECT_EQ(bench.file("b"), "0123");
}

TEST(Faults, OpensRunOutUntilAReboot) {
  auto persona = Bench::bench_persona();
  persona.faults.open_limit = 2;
  auto bench = Bench::online(persona);
  for (const char* expected : {"0", "0", "552"}) {
    bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
    EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 0," + std::string(expected) + "\r\n");
    bench.say("AT+QSSLCLOSE=0");
  }
  bench.say("AT+CFUN=1,1");
  bench.pass(1s);
  bench.feed("ATE0;+QIACT=1\r");
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 0,0\r\n");
}

TEST(Faults, UnsolicitedLinesInTheMiddleOfReplies) {
  auto persona = Bench::bench_persona();
  persona.faults.urcs_in_replies = {"+QMTSTAT: 5,1", "+QIND: SMS DONE"};
  Bench bench(persona);
  EXPECT_EQ(bench.say("AT"), "\r\n+QMTSTAT: 5,1\r\n\r\nOK\r\n");
  const auto second = bench.say("AT+CPIN?");
  EXPECT_TRUE(second == "\r\n+CPIN: READY\r\n\r\n+QIND: SMS DONE\r\n\r\nOK\r\n" ||
              second == "\r\n+QIND: SMS DONE\r\n\r\n+CPIN: READY\r\n\r\nOK\r\n")
      << second;
  EXPECT_EQ(bench.say("AT+QFDEL=\"x\""), "\r\n+QMTSTAT: 5,1\r\n\r\n+CME ERROR: 405\r\n");
  bench.say("AT+QFUPL=\"a\",1");
  EXPECT_EQ(bench.feed("x"), "+QFUPL: 1,7800\r\n\r\n+QIND: SMS DONE\r\n\r\nOK\r\n");
}

TEST(Faults, AFullFileSystem) {
  auto persona = Bench::bench_persona();
  persona.faults.storage_bytes = 10;
  Bench bench(persona);
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",11"), "\r\n+CME ERROR: 403\r\n");
  EXPECT_EQ(bench.upload("a", "0123456789").substr(0, 10), "+QFUPL: 10");
  EXPECT_EQ(bench.say("AT+QFUPL=\"b\",1"), "\r\n+CME ERROR: 403\r\n");
}

}  // namespace
}  // namespace epki::sim
