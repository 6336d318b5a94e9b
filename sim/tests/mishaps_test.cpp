// Trouble on purpose: what befalls single command lines and single bytes.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

TEST(Mishaps, AnAnswerThatIsLostAfterTheLineWasCarriedOut) {
  Bench bench(with("[faults]\nmute_at_command = 2\n"));
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1,1"), "");
  EXPECT_EQ(bench.pass(1h), "");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1"), "\r\n+QSSLCFG: \"sni\",1,1\r\n\r\nOK\r\n");
}

TEST(Mishaps, ALateAnswerMakesTheOthersWait) {
  Bench bench(with("[faults]\nlate_at_command = 2\nlate_ms = 9000\n"));
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+CGMM"), "");
  EXPECT_EQ(bench.pass(8999ms), "");
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.pass(1ms), "\r\nEC200U\r\n\r\nOK\r\n\r\nOK\r\n");
}

TEST(Mishaps, ALateAnswerIsOvertaken) {
  Bench bench(with("[faults]\nlate_at_command = 2\nlate_ms = 9000\nlate_is_overtaken = true\n"));
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+CGMM"), "");
  EXPECT_EQ(bench.say("AT"), "\r\nOK\r\n");
  EXPECT_EQ(bench.pass(9s), "\r\nEC200U\r\n\r\nOK\r\n");
}

TEST(Mishaps, AnErrorForNoReason) {
  Bench bench(with("[faults]\nrefuse_at_command = 2\n"));
  bench.say("AT");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1,1"), "\r\n+CME ERROR: 100\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"sni\",1"), "\r\n+QSSLCFG: \"sni\",1,0\r\n\r\nOK\r\n");
}

TEST(Mishaps, AHangUntilTheWatchdog) {
  Bench bench(with("[quirks]\nwrite_cache = true\n[faults]\nhang_at_command = 3\nwatchdog_ms = 20000\n"));
  bench.upload("a", "x");
  bench.say("AT");
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.pass(19s), "");
  EXPECT_TRUE(bench.pass(2s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.file("a"), "<none>") << "a watchdog writes nothing out";
}

TEST(Mishaps, AHangUntilThePowerIsCycled) {
  Bench bench(with("[faults]\nhang_at_command = 1\n"));
  EXPECT_EQ(bench.say("AT"), "");
  EXPECT_EQ(bench.pass(1h), "");
  bench.modem->power_on(bench.now);
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
}

TEST(WriteCache, IsWrittenOutByARestart) {
  Bench bench(with("[quirks]\nwrite_cache = true\n[faults]\npower_cut_at_command = 4\n"));
  bench.upload("a", "x");
  bench.say("AT+CFUN=1,1");
  bench.pass(1s);
  EXPECT_EQ(bench.file("a"), "x");
  bench.feed("ATE0\r");
  bench.say("AT");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.file("a"), "x") << "it was written out before";
}

TEST(WriteCache, DiesWithThePower) {
  Bench bench(with("[quirks]\nwrite_cache = true\n[faults]\npower_cut_at_command = 4\n"));
  bench.upload("old", "o");
  bench.say("AT+CFUN=1,1");
  bench.pass(1s);
  bench.feed("AT+QFDEL=\"old\"\r");
  EXPECT_EQ(bench.file("old"), "<none>");
  bench.say("AT+QFUPL=\"new\",1");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.file("old"), "o") << "the deletion was in the cache";
  EXPECT_EQ(bench.file("new"), "<none>");
}

TEST(WriteCache, MayBeLostByACleanRestart) {
  Bench bench(with("[quirks]\nwrite_cache = true\n[faults]\ncache_lost_at_restarts = 1\n"));
  for (const char* kept : {"<none>", "x"}) {
    bench.upload("a", "x");
    bench.say("AT+CFUN=1,1");
    bench.pass(1s);
    EXPECT_EQ(bench.file("a"), kept);
    bench.feed("ATE0\r");
  }
}

TEST(WriteCache, IsOnTheDiskOnlyAfterAnOrderlyEnd) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  const auto persona = with("[quirks]\nwrite_cache = true\n");
  {
    Bench bench(persona, folder->path() / "ufs");
    bench.upload("a", "x");
    EXPECT_TRUE(std::filesystem::is_empty(folder->path() / "ufs")) << "a kill here is a power cut";
  }
  EXPECT_EQ(Bench(persona, folder->path() / "ufs").file("a"), "x");
}

TEST(Uploads, AreAcknowledgedAndNotStored) {
  Bench bench(with("[faults]\nlose_upload = 1\n"));
  EXPECT_EQ(bench.upload("a", "x"), "+QFUPL: 1,7800\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.file("a"), "<none>");
  bench.upload("a", "x");
  EXPECT_EQ(bench.file("a"), "x");
}

TEST(Uploads, AreStoredWithABitWrong) {
  Bench bench(with("[faults]\nalter_upload = 1\n"));
  EXPECT_EQ(bench.upload("a", "xyz"), "+QFUPL: 3,0279\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.file("a"), "xxz");
}

TEST(Uploads, AreCutByARestartOnce) {
  Bench bench(with("[faults]\nreboot_at_upload_byte = 3\n"));
  EXPECT_EQ(bench.upload("a", "12345"), "");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.file("a"), "123");
  bench.feed("ATE0\r");
  EXPECT_EQ(bench.upload("b", "12345").substr(0, 9), "+QFUPL: 5");
}

TEST(Uploads, AreCutByAPowerFailure) {
  Bench bench(with("[quirks]\nwrite_cache = true\n[faults]\npower_cut_at_upload_byte = 3\n"));
  EXPECT_EQ(bench.upload("a", "12345"), "");
  EXPECT_TRUE(bench.pass(1s).starts_with("\r\nRDY\r\n"));
  EXPECT_EQ(bench.file("a"), "<none>");
}

TEST(Bytes, AreDroppedFlippedAndDoubledOnTheWayIn) {
  Bench bench(with("[faults.from_host]\ndrop = [8]\nflip = [14]\ntwice = [26]\n"));
  // Bytes 8 and 14 are in the first and second line, 26 is in the third.
  EXPECT_EQ(bench.say("AT+CGMM"), "") << "its CR was lost";
  EXPECT_EQ(bench.feed("\r"), "\r\nEC200U\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+CGMM"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+CGMMAT"), "\r\nERROR\r\n");
}

TEST(Bytes, AreDroppedFlippedAndDoubledOnTheWayOut) {
  Bench bench(with("boot_ms = 0\n[faults.to_host]\ndrop = [100]\nflip = [102]\ntwice = [103]\n"), {}, true);
  std::string out;
  for (int i = 0; i < 20; ++i) out += bench.say("AT");
  EXPECT_NE(out.find("\r\nK\t\n\n"), std::string::npos) << visible(out);
  EXPECT_EQ(out.size(), 20u * 6);
}

TEST(RandomMishaps, AreTheSameForTheSameSeed) {
  const auto dialogue = [](const std::string& seed) {
    Bench bench(with("[faults]\nseed = " + seed + "\n[faults.random]\nper_thousand = 300\n"));
    std::string out;
    for (int i = 0; i < 60; ++i) {
      out += bench.say("AT+QSSLCFG=\"sni\",1," + std::to_string(i % 2));
      out += bench.pass(1s) + ";";
    }
    return out;
  };
  EXPECT_EQ(dialogue("7"), dialogue("7"));
  EXPECT_NE(dialogue("7"), dialogue("8"));
}

TEST(RandomMishaps, EndAfterAsManyAsWereAllowed) {
  Bench bench(with("[faults.random]\nper_thousand = 1000\nmost = 3\nmishaps = [\"refused\"]\n"));
  for (int i = 0; i < 3; ++i) EXPECT_EQ(bench.say("AT"), "\r\n+CME ERROR: 100\r\n");
  EXPECT_EQ(bench.say("AT"), "\r\nOK\r\n");
}

TEST(RandomMishaps, AreNamedInThePersona) {
  auto wrong = parse_persona("[faults.random]\nmishaps = [\"gremlin\"]\n", "x.toml", {});
  ASSERT_FALSE(wrong);
  EXPECT_NE(wrong.error().what.find("gremlin"), std::string::npos);
  EXPECT_NE(wrong.error().hint.find("power-cut"), std::string::npos);
}

}  // namespace
}  // namespace epki::sim
