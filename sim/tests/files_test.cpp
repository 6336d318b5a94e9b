// Files: QFUPL and its family.
#include <gtest/gtest.h>

#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;

std::string with_crlf(const std::string& text) {
  std::string out;
  for (const char c : text) {
    if (c == '\n') out += '\r';
    out += c;
  }
  return out;
}

TEST(FileChecksum, IsThatOfTheVectors) {
  EXPECT_EQ(file_checksum("-----BEGIN CERTIFICATE-----\r"), 0x6c53);
  const auto amazon = test_data("amazon-root-ca-1.pem"), isrg = test_data("isrg-root-x1.pem");
  ASSERT_EQ(amazon.size(), 1188u);
  ASSERT_EQ(isrg.size(), 1939u);
  EXPECT_EQ(file_checksum(amazon), 0x2d13);
  EXPECT_EQ(with_crlf(amazon).size(), 1208u);
  EXPECT_EQ(file_checksum(with_crlf(amazon)), 0x5769);
  EXPECT_EQ(file_checksum(isrg), 0x4f64);
  EXPECT_EQ(file_checksum(amazon + std::string(1, '\0')), 0x2d13) << "a NUL after an even file does not show";
}

TEST(FileNames, MayCarryTheirStorage) {
  EXPECT_EQ(file_name("UFS:a.pem"), "a.pem");
  EXPECT_EQ(file_name("ufs:a.pem"), "a.pem");
  EXPECT_EQ(file_name("a.pem"), "a.pem");
  EXPECT_EQ(file_name(std::string(80, 'n')), std::string(80, 'n'));
  EXPECT_FALSE(file_name(std::string(81, 'n')));
  EXPECT_FALSE(file_name(""));
  EXPECT_FALSE(file_name("UFS:"));
  EXPECT_FALSE(file_name("RAM:a.pem"));
}

TEST(Files, SurviveARestartUnderAnyName) {
  auto folder = TemporaryFolder::make("epki-sim-test");
  ASSERT_TRUE(folder);
  {
    Bench bench(Bench::bench_persona(), folder->path() / "ufs");
    for (const char* name : {"a.pem", "..", "security/x y", "%41", ".hidden"})
      EXPECT_TRUE(bench.upload(name, name).ends_with("\r\n\r\nOK\r\n")) << name;
  }
  Bench again(Bench::bench_persona(), folder->path() / "ufs");
  for (const char* name : {"a.pem", "..", "security/x y", "%41", ".hidden"}) {
    EXPECT_EQ(again.file(name), name);
  }
}

TEST(Files, OneFolderServesOneModem) {
  Bench bench;
  auto second = FileStore::open(bench.own->path() / "ufs", 1000);
  ASSERT_FALSE(second);
  EXPECT_EQ(second.error().code, Errc::disk);
}

TEST(Upload, TakesExactlyTheDeclaredBytes) {
  Bench bench;
  const auto isrg = test_data("isrg-root-x1.pem");
  EXPECT_EQ(bench.say("AT+QFUPL=\"badssl-root.pem\",1939,10"), "\r\nCONNECT\r\n");
  EXPECT_EQ(bench.feed(isrg + "AT+QFLST\r"),
            "+QFUPL: 1939,4f64\r\n\r\nOK\r\n\r\n+QFLST: \"UFS:badssl-root.pem\",1939\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFDWL=\"badssl-root.pem\""), "\r\nCONNECT\r\n" + isrg + "+QFDWL: 1939,4f64\r\n\r\nOK\r\n");
}

TEST(Upload, KeepsWhatCameWhenTooLittleCame) {
  Bench bench;
  const auto isrg = test_data("isrg-root-x1.pem");
  bench.say("AT+QFUPL=\"part.pem\",3000,10");
  EXPECT_EQ(bench.feed(isrg.substr(0, 1000)), "");
  EXPECT_EQ(bench.pass(9999ms), "");
  EXPECT_EQ(bench.feed(isrg.substr(1000)), "") << "the patience counts from the last byte";
  EXPECT_EQ(bench.pass(9999ms), "");
  EXPECT_EQ(bench.pass(1ms), "+QFUPL: 1939,4f64\r\n\r\n+CME ERROR: 421\r\n");
  EXPECT_EQ(bench.say("AT+QFLST=\"part.pem\""), "\r\n+QFLST: \"UFS:part.pem\",1939\r\n\r\nOK\r\n");
}

TEST(Upload, SwallowsCommandsWhileItWaits) {
  Bench bench;
  bench.say("AT+QFUPL=\"a\",6,5");
  EXPECT_EQ(bench.say("AT+Q"), "");
  EXPECT_EQ(bench.feed("x"), "+QFUPL: 6,677d\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.file("a"), "AT+Q\rx");
}

TEST(Upload, MaySendAcknowledgements) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+QFUPL=\"a\",2100,5,1"), "\r\nCONNECT\r\n");
  EXPECT_EQ(bench.feed(std::string(1023, 'x')), "");
  EXPECT_EQ(bench.feed("x"), "A");
  EXPECT_EQ(bench.feed(std::string(1024, 'x')), "A");
  EXPECT_TRUE(bench.feed(std::string(52, 'x')).starts_with("+QFUPL: 2100,"));
}

TEST(Upload, IsEndedByThreePlusSigns) {
  Bench bench;
  bench.say("AT+QFUPL=\"a\",100");
  bench.feed("abcd+");
  EXPECT_EQ(bench.feed("++AT\r"), "+QFUPL: 4,0206\r\n\r\nOK\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.file("a"), "abcd");
  bench.say("AT+QFUPL=\"b\",4");
  EXPECT_EQ(bench.feed("a++b"), "+QFUPL: 4,4a49\r\n\r\nOK\r\n");
}

TEST(Upload, SaysWhyNot) {
  auto persona = Bench::bench_persona();
  persona.faults.storage_bytes = 100;
  Bench bench(persona);
  bench.upload("a", std::string(60, 'x'));
  const auto error = [&](const char* line) { return bench.say(line); };
  EXPECT_EQ(error("AT+QFUPL=\"a\",1"), "\r\n+CME ERROR: 407\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"UFS:a\",1"), "\r\n+CME ERROR: 407\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"b\",41"), "\r\n+CME ERROR: 403\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"b\",0"), "\r\n+CME ERROR: 402\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"\",1"), "\r\n+CME ERROR: 406\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"b\",1,0"), "\r\n+CME ERROR: 400\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"b\",1,5,2"), "\r\n+CME ERROR: 400\r\n");
  EXPECT_EQ(error("AT+QFUPL=b,1"), "\r\n+CME ERROR: 400\r\n");
  EXPECT_EQ(error("AT+QFUPL=\"b\",1,5,0;+CPIN?"), "\r\nERROR\r\n");
  EXPECT_EQ(error("AT+QFLDS=\"UFS\""), "\r\n+QFLDS: 40,100\r\n\r\nOK\r\n");
}

TEST(Files, AreListedAndDeleted) {
  Bench bench;
  bench.upload("cacert_1.pem", "1");
  bench.upload("cacert_2.pem", "22");
  bench.upload("key.pem", "333");
  EXPECT_EQ(bench.say("AT+QFLST=\"cacert_*\""),
            "\r\n+QFLST: \"UFS:cacert_1.pem\",1\r\n+QFLST: \"UFS:cacert_2.pem\",2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFLST=\"UFS:key.pem\""), "\r\n+QFLST: \"UFS:key.pem\",3\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFLST=\"none\""), "\r\n+CME ERROR: 405\r\n");
  EXPECT_EQ(bench.say("AT+QFDWL=\"none\""), "\r\n+CME ERROR: 405\r\n");
  EXPECT_EQ(bench.say("AT+QFDEL=\"cacert_1.pem\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFDEL=\"cacert_1.pem\""), "\r\n+CME ERROR: 405\r\n");
  EXPECT_EQ(bench.say("AT+QFDEL=\"*\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFLST=\"*\""), "\r\nOK\r\n");
}

TEST(Files, AreListedBareByAQuirk) {
  auto persona = Bench::bench_persona();
  persona.quirks.bare_file_names = true;
  persona.quirks.unpadded_checksum = true;
  Bench bench(persona);
  EXPECT_EQ(bench.upload("a",
                         "ab"
                         "cd"),
            "+QFUPL: 4,206\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFLST"), "\r\n+QFLST: \"a\",4\r\n\r\nOK\r\n");
}

TEST(Handles, ReadWriteAndSeek) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+QFOPEN=\"a\",2"), "\r\n+CME ERROR: 405\r\n");
  EXPECT_EQ(bench.say("AT+QFOPEN=\"UFS:a\",0"), "\r\n+QFOPEN: 1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFOPEN=\"a\",0"), "\r\n+CME ERROR: 426\r\n");
  EXPECT_EQ(bench.say("AT+QFWRITE=1,5"), "\r\nCONNECT\r\n");
  EXPECT_EQ(bench.feed("hello"), "+QFWRITE: 5,5\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFSEEK=1,1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFREAD=1,3"), "\r\nCONNECT 3\r\nell\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFPOSITION=1"), "\r\n+QFPOSITION: 4\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFREAD=1"), "\r\nCONNECT 1\r\no\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFREAD=1"), "\r\nCONNECT 0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFSEEK=1,6"), "\r\n+CME ERROR: 400\r\n");
  EXPECT_EQ(bench.say("AT+QFDEL=\"a\""), "\r\n+CME ERROR: 418\r\n");
  EXPECT_EQ(bench.say("AT+QFWRITE=1,9,1"), "\r\nCONNECT\r\n");
  EXPECT_EQ(bench.feed("!!"), "");
  EXPECT_EQ(bench.pass(1s), "+QFWRITE: 2,7\r\n\r\n+CME ERROR: 421\r\n");
  EXPECT_EQ(bench.say("AT+QFCLOSE=1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFREAD=1"), "\r\n+CME ERROR: 416\r\n");
  EXPECT_EQ(bench.file("a"), "hello!!");
  EXPECT_EQ(bench.say("AT+QFOPEN=\"a\",2"), "\r\n+QFOPEN: 1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QFWRITE=1,1"), "\r\n+CME ERROR: 414\r\n");
}

}  // namespace
}  // namespace epki::sim
