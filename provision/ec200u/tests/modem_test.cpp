#include "provision/ec200u/tests/modem_fixture.hpp"

namespace epki::ec200u::test {
namespace {

using namespace std::chrono_literals;
using at::test::turn;

using Identify = Modems;

TEST_F(Identify, ReadsWhoItIs) {
  wire.expect(at::test::synchronise_turns());
  expect("AT+CMEE=1", ok);
  expect("ATI", "\r\nQuectel\r\nEC200U\r\nRevision: EC200UCNAAR03A15M08\r\n" + ok);
  expect("AT+CGSN", info("866123456789012"));
  expect("AT+QCCID", info("+QCCID: 89860012345678901234"));
  auto identity = modem.identify(after(10s));
  ASSERT_TRUE(identity) << identity.error().what;
  EXPECT_EQ(identity->firmware, "EC200UCNAAR03A15M08");
  EXPECT_EQ(identity->imei, "866123456789012");
  EXPECT_EQ(identity->iccid, "89860012345678901234");
}

TEST_F(Identify, WorksWithoutASim) {
  wire.expect(at::test::synchronise_turns());
  expect("AT+CMEE=1", error);
  expect("ATI", "\r\nQuectel\r\nEC200U\r\n" + ok);
  expect("AT+CGMR", info("EC200UCNAAR03A09M08"));
  expect("AT+CGSN", info("866123456789012"));
  expect("AT+QCCID", "\r\n+CME ERROR: 10\r\n");
  auto identity = modem.identify(after(10s));
  ASSERT_TRUE(identity) << identity.error().what;
  EXPECT_EQ(identity->firmware, "EC200UCNAAR03A09M08");
  EXPECT_EQ(identity->iccid, "");
}

TEST_F(Identify, NamesAnotherModem) {
  wire.expect(at::test::synchronise_turns());
  expect("AT+CMEE=1", ok);
  expect("ATI", "\r\nQuectel\r\nEC25\r\nRevision: EC25EFAR06A06M4G\r\n" + ok);
  auto identity = modem.identify(after(10s));
  ASSERT_FALSE(identity);
  EXPECT_EQ(identity.error().code, Errc::modem_refused);
  EXPECT_EQ(identity.error().what, "what answers on the script is no EC200U: Quectel EC25");
}

using Network = Modems;

TEST_F(Network, IsRegisteredInEither) {
  expect("AT+CEREG?", info("+CEREG: 0,2"));
  expect("AT+CREG?", info("+CREG: 0,5"));
  EXPECT_EQ(*modem.registration(), Registration::roaming);
}

TEST_F(Network, TheEndOfAnotherCallIsNoAnswer) {
  expect("AT+CEREG?", "\r\nNO CARRIER\r\n" + info("+CEREG: 0,1"));
  EXPECT_EQ(*modem.registration(), Registration::home);
}

TEST_F(Network, WaitsUntilRegistered) {
  std::vector<Registration> seen;
  expect("AT+CEREG?", info("+CEREG: 0,2"));
  expect("AT+CREG?", info("+CREG: 0,2"));
  expect("AT+CPIN?", info("+CPIN: READY"));
  expect("AT+CEREG?", info("+CEREG: 0,1"));
  auto waited = modem.wait_registered(after(30s), [&](Registration r) { seen.push_back(r); });
  ASSERT_TRUE(waited) << waited.error().what;
  EXPECT_EQ(seen, (std::vector<Registration>{Registration::searching, Registration::home}));
}

TEST_F(Network, DoesNotWaitForWhatASimWillNotGive) {
  const std::pair<const char*, const char*> cases[] = {{"\r\n+CME ERROR: 10\r\n", "no SIM"},
                                                       {"\r\n+CPIN: SIM PIN\r\n\r\nOK\r\n", "locked"}};
  for (const auto& [said, sentence] : cases) {
    for (int n = 0; n < 2; ++n) {
      expect("AT+CEREG?", info("+CEREG: 0,0"));
      expect("AT+CREG?", info("+CREG: 0,0"));
      expect("AT+CPIN?", said);
    }
    auto waited = modem.wait_registered(after(30s));
    ASSERT_FALSE(waited);
    EXPECT_EQ(waited.error().code, Errc::network);
    EXPECT_NE(waited.error().what.find(sentence), std::string::npos) << waited.error().what;
  }
}

TEST_F(Network, SaysThatItIsDenied) {
  expect("AT+CEREG?", info("+CEREG: 0,3"));
  expect("AT+CREG?", info("+CREG: 0,3"));
  auto waited = modem.wait_registered(after(30s));
  ASSERT_FALSE(waited);
  EXPECT_EQ(waited.error().code, Errc::network);
}

TEST_F(Network, LeavesAnActiveContextAlone) {
  expect("AT+QIACT?", info("+QIACT: 1,1,3,\"10.46.73.41\",\"2409::AB47\""));
  EXPECT_TRUE(modem.activate(1, "internet"));
}

TEST_F(Network, ActivatesAContext) {
  expect("AT+QIACT?", ok);
  expect("AT+QICSGP=1,1,\"internet\",\"\",\"\",0", ok);
  expect("AT+QIACT=1", ok);
  EXPECT_TRUE(modem.activate(1, "internet"));
}

TEST_F(Network, ForgivesAContextThatCameUpInBetween) {
  expect("AT+QIACT?", ok);
  expect("AT+QIACT=1", error);
  expect("AT+QIACT?", info("+QIACT: 1,1,1,\"10.2.198.114\""));
  EXPECT_TRUE(modem.activate(1, ""));
}

TEST_F(Network, SaysThatAContextStaysDown) {
  expect("AT+QIACT?", ok);
  expect("AT+QIACT=1", "\r\n+CME ERROR: 561\r\n");
  expect("AT+QIACT?", ok);
  auto active = modem.activate(1, "");
  ASSERT_FALSE(active);
  EXPECT_EQ(active.error().code, Errc::network);
}

TEST_F(Network, CollectsTheAddressesOfAName) {
  wire.say("\r\n+QIURC: \"dnsgip\",\"6.6.6.6\"\r\n");  // stale
  expect("AT+QIDNSGIP=1,\"broker.example\"", ok + "\r\n+QIURC: \"dnsgip\",0,2,600\r\n\r\n+QIURC: "
                                                  "\"dnsgip\",\"10.0.0.1\"\r\n\r\n+QIURC: \"dnsgip\",\"10.0.0.2\"\r\n");
  auto found = modem.resolve(1, "broker.example");
  ASSERT_TRUE(found) << found.error().what;
  EXPECT_EQ(found->addresses, (std::vector<std::string>{"10.0.0.1", "10.0.0.2"}));
  EXPECT_FALSE(found->error);
}

TEST_F(Network, ReportsTheErrorOfAName) {
  expect("AT+QIDNSGIP=1,\"nowhere.example\"", ok + "\r\n+QIURC: \"dnsgip\",565\r\n");
  auto found = modem.resolve(1, "nowhere.example");
  ASSERT_TRUE(found);
  EXPECT_EQ(found->error, 565);
}

TEST_F(Network, ClosesItsTcpProbe) {
  expect("AT+QIOPEN=1,11,\"TCP\",\"10.0.0.1\",8883,0,0", ok + "\r\n+QIOPEN: 11,566\r\n");
  expect("AT+QICLOSE=11", ok);
  auto probed = modem.tcp_probe(1, "10.0.0.1", 8883);
  ASSERT_TRUE(probed);
  EXPECT_EQ(*probed, 566);
}

TEST_F(Network, RefusesAHostThatWouldBreakTheLine) {
  EXPECT_EQ(modem.resolve(1, "a\",\"b").error().code, Errc::usage);
  EXPECT_EQ(modem.tcp_probe(1, "a\rAT+QFDEL=1", 1).error().code, Errc::usage);
  EXPECT_TRUE(wire.everything_heard().empty());
}

using ClockOf = Modems;

TEST_F(ClockOf, IsReadAndSet) {
  expect("AT+CCLK?", info("+CCLK: \"26/07/03,08:56:27+32\""));
  expect("AT+CCLK=\"26/07/03,00:56:27+00\"", ok);
  expect("AT+CTZU=0", ok);
  expect("AT+CTZU?", info("+CTZU: 0"));
  expect("AT+CTZU?", error);
  auto clock = modem.clock();
  ASSERT_TRUE(clock) << clock.error().what;
  EXPECT_EQ(rfc3339(clock->utc), "2026-07-03T00:56:27Z");
  EXPECT_TRUE(modem.set_clock(clock->utc));
  EXPECT_TRUE(modem.follow_network_time(false));
  EXPECT_EQ(*modem.follows_network_time(), std::optional<bool>(false));
  EXPECT_EQ(*modem.follows_network_time(), std::nullopt);
}

TEST_F(ClockOf, TakesNetworkTimeAsUtc) {
  expect("AT+QNTP=1,\"ntp.aliyun.com\"", ok + "\r\n+QNTP: 0,\"2026/07/03,00:56:27+32\"\r\n");
  auto time = modem.ntp(1, "ntp.aliyun.com");
  ASSERT_TRUE(time) << time.error().what;
  EXPECT_EQ(rfc3339(*time), "2026-07-03T00:56:27Z");
}

TEST_F(ClockOf, SaysWhyThereIsNoNetworkTime) {
  expect("AT+QNTP=1,\"ntp.example\"", ok + "\r\n+QNTP: 565\r\n");
  auto time = modem.ntp(1, "ntp.example");
  ASSERT_FALSE(time);
  EXPECT_EQ(time.error().code, Errc::network);
}

using Store = Modems;

TEST_F(Store, IsListed) {
  expect("AT+QFLST", "\r\n+QFLST: \"UFS:BOOK.pem\",1939\r\n+QFLST: \"b.pem\",2\r\n" + ok);
  auto files = modem.files();
  ASSERT_TRUE(files) << files.error().what;
  ASSERT_EQ(files->size(), 2U);
  EXPECT_EQ((*files)[0].name, "BOOK.pem");
}

TEST_F(Store, MayBeEmptyInEveryWay) {
  expect("AT+QFLST", ok);
  expect("AT+QFLST", "\r\n+CME ERROR: 405\r\n");
  expect("AT+QFLST", "\r\n+CME ERROR: file not found\r\n");
  expect("AT+QFLST", error);
  expect("AT+QFLDS=\"UFS\"", info("+QFLDS: 100,200"));
  for (int i = 0; i < 4; ++i) {
    auto files = modem.files();
    ASSERT_TRUE(files) << files.error().what;
    EXPECT_TRUE(files->empty());
  }
}

TEST_F(Store, SaysThatItCannotBeListed) {
  expect("AT+QFLST", "\r\n+CME ERROR: 417\r\n");
  auto files = modem.files();
  ASSERT_FALSE(files);
  EXPECT_EQ(files.error().what,
            "listing the modem's files: the modem answered +CME ERROR: 417 (the files could not be listed)");
}

TEST_F(Store, FindsOneFileByItsWholeName) {
  expect("AT+QFLST=\"UFS:a.pem\"", "\r\n+QFLST: \"UFS:ba.pem\",1\r\n+QFLST: \"UFS:a.pem\",7\r\n" + ok);
  expect("AT+QFLST=\"UFS:a.pem\"", "\r\n+CME ERROR: 405\r\n");
  expect("AT+QFLST=\"UFS:a.pem\"", error);
  expect("AT+QFLST", "\r\n+QFLST: \"b.pem\",7\r\n" + ok);
  auto entry = modem.file("a.pem");
  ASSERT_TRUE(entry && *entry);
  EXPECT_EQ((*entry)->size, 7U);
  for (int i = 0; i < 2; ++i) {
    auto none = modem.file("a.pem");
    ASSERT_TRUE(none) << none.error().what;
    EXPECT_FALSE(*none);
  }
}

const std::string pem(1500, '\x41');  // 'A's, which are no acknowledgements

TEST_F(Store, TakesAFileAndGivesItBack) {
  const std::string bytes = "-----BEGIN CERTIFICATE-----\r";
  wire.expect(turn("AT+QFUPL=\"UFS:a.pem\",28,11,1", "\r\nCONNECT\r\n"));
  wire.expect({bytes, "+QFUPL: 28,6c53\r\n" + ok});
  expect("AT+QFDWL=\"UFS:a.pem\"", "\r\nCONNECT\r\n" + bytes + "+QFDWL: 28,6c53\r\n" + ok);
  auto receipt = modem.upload("a.pem", bytes);
  ASSERT_TRUE(receipt) << receipt.error().what;
  EXPECT_EQ(receipt->checksum, 0x6c53);
  auto back = modem.download("a.pem", bytes.size());
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, bytes);
}

TEST_F(Store, GivesBackDataThatLooksLikeAnAnswer) {
  expect("AT+QFDWL=\"UFS:a.pem\"", "\r\nCONNECT\r\n" + pem + "+QFDWL: 1500,0\r\n" + ok);
  auto back = modem.download("a.pem", pem.size());
  ASSERT_TRUE(back) << back.error().what;
  EXPECT_EQ(*back, pem);
}

TEST_F(Store, NoticesBytesLostOnTheLine) {
  wire.expect(turn("AT+QFUPL=\"UFS:a.pem\",1500,18,1", "\r\nCONNECT\r\n"));
  wire.expect({pem.substr(0, 1024), "A"});
  wire.expect({pem.substr(1024), "+QFUPL: 1500,1234\r\n" + ok});
  auto receipt = modem.upload("a.pem", pem);
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, Errc::modem_refused);
  EXPECT_EQ(receipt.error().what,
            "uploading a.pem: the modem states 1500 bytes, checksum 1234, instead of 1500 bytes, checksum 0000");
}

TEST_F(Store, SaysThatANameExists) {
  expect("AT+QFUPL=\"UFS:a.pem\",1500,18,1", "\r\n+CME ERROR: file already exist\r\n");
  auto receipt = modem.upload("a.pem", pem);
  ASSERT_FALSE(receipt);
  EXPECT_EQ(receipt.error().code, Errc::modem_refused);
  EXPECT_NE(receipt.error().hint.find("is there already"), std::string::npos);
}

TEST_F(Store, SaysThatAFileIsShorterThanListed) {
  expect("AT+QFDWL=\"UFS:a.pem\"", "\r\nCONNECT\r\nab+QFDWL: 2,6162\r\n" + ok);
  auto back = modem.download("a.pem", 100);
  ASSERT_FALSE(back);
  EXPECT_EQ(back.error().what, "reading back a.pem: 2 bytes came, the list says 100");
}

TEST_F(Store, DeletesOnlyByName) {
  expect("AT+QFDEL=\"UFS:a.pem\"", ok);
  expect("AT+QFDEL=\"UFS:a.pem\"", "\r\n+CME ERROR: 405\r\n");
  expect("AT+QFDEL=\"UFS:a.pem\"", "\r\n+CME ERROR: 418\r\n");
  EXPECT_TRUE(modem.remove("a.pem"));
  EXPECT_TRUE(modem.remove("a.pem"));
  EXPECT_FALSE(modem.remove("a.pem"));
  EXPECT_EQ(modem.remove("*").error().code, Errc::usage);
}

using Ssl = Modems;

TEST_F(Ssl, SettingsAreReadAndWritten) {
  expect("AT+QSSLCFG=\"cacert\",1", info("+QSSLCFG: \"cacert\",1,\"UFS:ca.pem\""));
  expect("AT+QSSLCFG=\"cacert\",1,\"UFS:ca.pem\"", ok);
  expect("AT+QSSLCFG=\"cacert\",1,\"\"", ok);
  expect("AT+QSSLCFG=\"ciphersuite\",1,0XFFFF", ok);
  EXPECT_EQ(*modem.ssl_setting(1, "cacert"), std::optional<std::string>("UFS:ca.pem"));
  EXPECT_TRUE(modem.set_ssl(1, "cacert", "ca.pem"));
  EXPECT_TRUE(modem.set_ssl(1, "cacert", ""));
  EXPECT_TRUE(modem.set_ssl(1, "ciphersuite", "0XFFFF"));
  EXPECT_EQ(modem.set_ssl(6, "seclevel", "1").error().code, Errc::usage);
}

TEST_F(Ssl, AValueThatWasLostOnTheWayIsAskedForAgain) {
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sni\",1,"));
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sni\",1,1"));
  EXPECT_EQ(*modem.ssl_setting(1, "sni"), std::optional<std::string>("1"));
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sin\",1,1"));
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sni\",1,0"));
  EXPECT_EQ(*modem.ssl_setting(1, "sni"), std::optional<std::string>("0"));
}

TEST_F(Ssl, AnUnknownSettingIsNothing) {
  expect("AT+QSSLCFG=\"ignorecertitem\",1", error);
  expect("AT+QSSLCFG=\"ignorecertitem\",1", error);
  expect("AT+QSSLCFG=\"seclevel\",1", info("+QSSLCFG: \"seclevel\",1,0"));
  auto setting = modem.ssl_setting(1, "ignorecertitem");
  ASSERT_TRUE(setting) << setting.error().what;
  EXPECT_FALSE(*setting);
}

TEST_F(Ssl, OneRefusalMakesNoSettingUnknown) {
  expect("AT+QSSLCFG=\"sni\",1", error);
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sni\",1,1"));
  expect("AT+QSSLCFG=\"sni\",1,1", error);
  expect("AT+QSSLCFG=\"sni\",1,1", ok);
  EXPECT_EQ(*modem.ssl_setting(1, "sni"), std::optional<std::string>("1"));
  EXPECT_TRUE(modem.set_ssl(1, "sni", "1"));
}

TEST_F(Ssl, AnAnswerThatGetsLostIsAskedForAgain) {
  expect("AT+QSSLCFG=\"sni\",1", "");
  expect("AT+CSQ", info("+CSQ: 20,99"));
  expect("AT+QSSLCFG=\"sni\",1", info("+QSSLCFG: \"sni\",1,1"));
  EXPECT_EQ(*modem.ssl_setting(1, "sni"), std::optional<std::string>("1"));
}

TEST_F(Ssl, ABusyModemIsNotAnUnknownSetting) {
  expect("AT+QSSLCFG=\"sni\",1", "\r\n+CME ERROR: 568\r\n");
  expect("AT+QSSLCFG=\"sni\",1", "\r\n+CME ERROR: 3\r\n");
  expect("AT+QSSLCFG=\"sni\",1", "\r\n+CME ERROR: 3\r\n");
  expect("AT+QSSLCFG=\"seclevel\",1", "\r\n+CME ERROR: 3\r\n");
  for (int i = 0; i < 2; ++i) {
    auto setting = modem.ssl_setting(1, "sni");
    ASSERT_FALSE(setting);
    EXPECT_EQ(setting.error().code, Errc::modem_refused);
  }
}

}  // namespace
}  // namespace epki::ec200u::test
