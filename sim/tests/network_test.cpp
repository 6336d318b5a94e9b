// Settings of SSL and MQTT, look-ups, sockets and sessions, against a network played by the test.
#include <gtest/gtest.h>

#include "sim/tests/bench.hpp"

namespace epki::sim {
namespace {

using namespace std::chrono_literals;
using Event = MqttClient::Event;

void connect(Bench& bench) {
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  ASSERT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,0\r\n");
  ASSERT_EQ(bench.say("AT+QMTCONN=0,\"dev\",\"u\",\"p\""), "\r\nOK\r\n");
  bench.network->broker->answer("connect", {.kind = Event::Kind::connack});
  ASSERT_EQ(bench.until("+QMTCONN"), "\r\n+QMTCONN: 0,0,0\r\n");
}

TEST(SslConfig, IsWrittenAndReadKeyByKey) {
  Bench bench;
  struct Row {
    const char* key;
    const char* initial;
    const char* value;
  };
  for (const auto& row :
       {Row{"sslversion", "4", "3"}, Row{"ciphersuite", "0XFFFF", "0XC02F"}, Row{"cacert", "\"\"", "\"UFS:ca.pem\""},
        Row{"cacertex", "\"\"", "\"b.pem\""}, Row{"clientcert", "\"\"", "\"c.pem\""},
        Row{"clientkey", "\"\"", "\"k.pem\""}, Row{"seclevel", "0", "2"}, Row{"session_cache", "0", "1"},
        Row{"ignorelocaltime", "1", "0"}, Row{"negotiatetime", "300", "10"}, Row{"sni", "0", "1"},
        Row{"ignoreinvalidcertsign", "0", "1"}, Row{"ignoremulticertchainverify", "0", "1"},
        Row{"ignorecertitem", "0", "1048575"}, Row{"closetimemode", "0", "1"}}) {
    const std::string head = "+QSSLCFG: \"" + std::string(row.key) + "\",5,";
    const std::string query = "AT+QSSLCFG=\"" + std::string(row.key) + "\",5";
    EXPECT_EQ(bench.say(query), "\r\n" + head + row.initial + "\r\n\r\nOK\r\n");
    EXPECT_EQ(bench.say(query + "," + row.value), "\r\nOK\r\n");
    EXPECT_EQ(bench.say(query), "\r\n" + head + row.value + "\r\n\r\nOK\r\n");
  }
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"SECLEVEL\",5"), "\r\n+QSSLCFG: \"seclevel\",5,2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"cacert\",5,\"\""), "\r\nOK\r\n");
  const auto test = bench.say("AT+QSSLCFG=?");
  EXPECT_NE(test.find("+QSSLCFG: \"ignorecertitem\",(0-5),(0-1048575)\r\n"), std::string::npos) << test;
}

TEST(SslConfig, RefusesWrongValues) {
  Bench bench;
  for (const char* rest :
       {"\"ciphersuite\",2,\"0XFFFF\"", "\"ciphersuite\",2,FFFF", "\"ciphersuite\",2,0XC02B", "\"seclevel\",1,3",
        "\"seclevel\",6,1", "\"seclevel\",1,\"1\"", "\"cacert\",1,ca.pem", "\"nokey\",1,1", "seclevel,1,1",
        "\"seclevel\",1,1,1", "\"ignorecertitem\",1,1048576", "\"negotiatetime\",1,9", "\"seclevel\"",
        "\"seclevel\",1,", "\"cacert\",1,\"RAM:x\"", "\"cacert\",1,\"a\",\"password\""})
    EXPECT_EQ(bench.say("AT+QSSLCFG=" + std::string(rest)), "\r\nERROR\r\n") << rest;
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"clientkey\",1,\"k.pem\",\"secret\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"clientkey\",1"), "\r\n+QSSLCFG: \"clientkey\",1,\"k.pem\"\r\n\r\nOK\r\n");
}

TEST(SslConfig, AFirmwareMayLackAKey) {
  auto persona = Bench::bench_persona();
  persona.quirks.absent_ssl_keys = {"ignorecertitem"};
  Bench bench(persona);
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"ignorecertitem\",1"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=\"ignorecertitem\",1,0"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCFG=?").find("ignorecertitem"), std::string::npos);
}

TEST(MqttConfig, HasTheShapesThatWereRecorded) {
  Bench bench;
  EXPECT_EQ(bench.say("AT+QMTCFG=\"SSL\",0,1,2"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0"), "\r\n+QMTCFG: \"ssl\",1,2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0,0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"ssl\",0"), "\r\n+QMTCFG: \"ssl\",0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"recv/mode\",0,0,1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"recv/mode\",0"), "\r\n+QMTCFG: \"recv/mode\",0,1\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCFG=\"timeout\",1"), "\r\n+QMTCFG: \"timeout\",5,3,0\r\n\r\nOK\r\n");
  for (const char* rest : {"\"ssl\",6,1,1", "\"ssl\",0,2", "\"ssl\",0,1,6", "\"ssl\",0,1,1,1", "\"version\",0,5",
                           "\"keepalive\",0,3601", "\"nokey\",0,1", "\"version\",0,3,4"})
    EXPECT_EQ(bench.say("AT+QMTCFG=" + std::string(rest)), "\r\nERROR\r\n") << rest;
  const auto test = bench.say("AT+QMTCFG=?");
  EXPECT_TRUE(
      test.starts_with("\r\n+QMTCFG: \"version\",(0-5),(3,4)\r\n+QMTCFG: \"pdpcid\",(0-5),(1-15)\r\n"
                       "+QMTCFG: \"ssl\",(0-5),(0,1),(0-5)\r\n+QMTCFG: \"keepalive\",(0-5),(0-3600)\r\n"
                       "+QMTCFG: \"session\",(0-5),(0,1)\r\n"
                       "+QMTCFG: \"timeout\",(0-5),(1-1200),(1-10),(0,1)\r\n"))
      << test;
}

TEST(Dns, AnswersInTwoKindsOfLines) {
  auto bench = Bench::online();
  EXPECT_EQ(bench.say("AT+QIDNSGIP=1,\"172.188.83.251\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("172"), "\r\n+QIURC: \"dnsgip\",0,1,0\r\n\r\n+QIURC: \"dnsgip\",\"172.188.83.251\"\r\n");
  EXPECT_EQ(bench.say("AT+QIDNSGIP=1,\"broker.test\""), "\r\nOK\r\n");
  EXPECT_TRUE(bench.until("127.0.0.2\"").ends_with("+QIURC: \"dnsgip\",\"127.0.0.2\"\r\n"));
  bench.say("AT+QIDNSGIP=1,\"none.test\"");
  EXPECT_TRUE(bench.until("dnsgip").ends_with("\r\n+QIURC: \"dnsgip\",565\r\n"));
  EXPECT_EQ(bench.say("AT+QIDNSGIP=2,\"broker.test\""), "\r\nERROR\r\n") << "context 2 is down";
  EXPECT_EQ(bench.say("AT+QIDNSCFG=1,\"1.1.1.1\""), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIDNSCFG=1"), "\r\n+QIDNSCFG: 1,\"1.1.1.1\",\"0.0.0.0\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIDNSCFG=1,\"one\""), "\r\nERROR\r\n");
}

TEST(PlainSockets, CarryBytesBothWays) {
  auto bench = Bench::online();
  EXPECT_EQ(bench.say("AT+QIOPEN=1,0,\"TCP\",\"broker.test\",80,0,0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QIOPEN"), "\r\n+QIOPEN: 0,0\r\n");
  EXPECT_EQ(bench.say("AT+QISEND=0,5"), "\r\n> ");
  EXPECT_EQ(bench.feed("hello"), "");
  EXPECT_EQ(bench.until("SEND"), "\r\nSEND OK\r\n");
  EXPECT_EQ(bench.network->peer->from_modem, "hello");
  bench.network->peer->send("answer");
  EXPECT_EQ(bench.until("recv"), "\r\n+QIURC: \"recv\",0\r\n");
  EXPECT_EQ(bench.say("AT+QIRD=0,4"), "\r\n+QIRD: 4\r\nansw\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIRD=0,0"), "\r\n+QIRD: 6,4,2\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIRD=0"), "\r\n+QIRD: 2\r\ner\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QIRD=0"), "\r\n+QIRD: 0\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QISTATE=1,0"),
            "\r\n+QISTATE: 0,\"TCP\",\"broker.test\",80,0,2,1,0,0,\"uart1\"\r\n\r\nOK\r\n");
  bench.network->peer->hang_up();
  EXPECT_EQ(bench.until("closed"), "\r\n+QIURC: \"closed\",0\r\n");
  EXPECT_EQ(bench.say("AT+QISEND=0,5"), "\r\nERROR\r\n");
  EXPECT_EQ(bench.say("AT+QICLOSE=0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QISTATE?"), "\r\nOK\r\n");
}

TEST(PlainSockets, PushDataWhenAsked) {
  auto bench = Bench::online();
  bench.say("AT+QIOPEN=1,3,\"TCP\",\"broker.test\",80,0,1");
  bench.until("+QIOPEN: 3,0");
  bench.network->peer->send(std::string(1600, 'x'));
  EXPECT_EQ(bench.until(",100\r\n" + std::string(100, 'x')),
            "\r\n+QIURC: \"recv\",3,1500\r\n" + std::string(1500, 'x') + "\r\n+QIURC: \"recv\",3,100\r\n" +
                std::string(100, 'x'));
}

TEST(PlainSockets, SayWhyTheyDidNotOpen) {
  auto bench = Bench::online();
  bench.network->failure = OpenFailure::name;
  bench.say("AT+QIOPEN=1,0,\"TCP\",\"none.test\",80,0,0");
  EXPECT_EQ(bench.until("+QIOPEN"), "\r\n+QIOPEN: 0,565\r\n");
  EXPECT_EQ(bench.say("AT+QIGETERROR"), "\r\n+QIGETERROR: 565,DNS parse failed\r\n\r\nOK\r\n");
  bench.say("AT+QIOPEN=1,0,\"TCP\",\"none.test\",80,0,0");
  EXPECT_EQ(bench.until("+QIOPEN"), "\r\n+QIOPEN: 0,563\r\n") << "the id stays allocated";
  bench.say("AT+QICLOSE=0");
  bench.network->failure = OpenFailure::tcp;
  bench.say("AT+QIOPEN=1,0,\"TCP\",\"none.test\",80,0,0");
  EXPECT_EQ(bench.until("+QIOPEN"), "\r\n+QIOPEN: 0,566\r\n");
  EXPECT_EQ(bench.say("AT+QIOPEN=1,0,\"UDP\",\"none.test\",80,0,0"), "\r\nERROR\r\n");
}

TEST(SslSockets, OpenWithWhatTheContextHolds) {
  auto bench = Bench::online();
  bench.upload("ca.pem", "the CA");
  bench.say("AT+QSSLCFG=\"cacert\",3,\"UFS:ca.pem\";+QSSLCFG=\"seclevel\",3,1;+QSSLCFG=\"sni\",3,1");
  bench.say("AT+QSSLCFG=\"sslversion\",3,3;+QSSLCFG=\"ignorelocaltime\",3,0;+QSSLCFG=\"ignorecertitem\",3,9");
  bench.say("AT+CCLK=\"26/11/22,13:00:00+00\"");
  EXPECT_EQ(bench.say("AT+QSSLOPEN=1,3,4,\"broker.test\",8883,0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 4,0\r\n");
  const auto& used = *bench.network->settings;
  EXPECT_EQ(used.cacert, "the CA");
  EXPECT_EQ(used.seclevel, 1);
  EXPECT_EQ(used.sslversion, 3);
  EXPECT_TRUE(used.sni);
  EXPECT_FALSE(used.ignorelocaltime);
  EXPECT_EQ(used.ignorecertitem, 9u);
  EXPECT_EQ(used.clock, 1h);
  EXPECT_FALSE(used.clientcert);
  EXPECT_EQ(bench.say("AT+QSSLSTATE"),
            "\r\n+QSSLSTATE: 4,\"SSLClient\",\"broker.test\",8883,0,2,1,4,0,\"uart1\",3\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLSEND=4,1"), "\r\n> ");
  bench.feed("x");
  EXPECT_EQ(bench.until("SEND"), "\r\nSEND OK\r\n");
  bench.network->peer->send("yz");
  EXPECT_EQ(bench.until("recv"), "\r\n+QSSLURC: \"recv\",4\r\n");
  EXPECT_EQ(bench.say("AT+QSSLRECV=4,1500"), "\r\n+QSSLRECV: 2\r\nyz\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCLOSE=4,10"), "\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QSSLSTATE"), "\r\nOK\r\n");
}

TEST(SslSockets, GiveOneNumberForEveryVerificationFailure) {
  auto bench = Bench::online();
  bench.network->failure = OpenFailure::tls;
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 0,566\r\n");
  EXPECT_EQ(bench.say("AT+QIGETERROR"), "\r\n+QIGETERROR: 0,operate successfully\r\n\r\nOK\r\n");
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 0,563\r\n");
  EXPECT_EQ(bench.say("AT+QSSLCLOSE=0"), "\r\nOK\r\n");
  bench.say("AT+QSSLCFG=\"cacert\",1,\"missing.pem\"");
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  EXPECT_EQ(bench.until("+QSSLOPEN"), "\r\n+QSSLOPEN: 0,552\r\n");
  EXPECT_EQ(bench.network->opened.size(), 1u) << "no packet for a file that is not there";
}

TEST(Sockets, DoNotOutliveAReboot) {
  auto bench = Bench::online();
  bench.network->never_ends = true;
  bench.say("AT+QSSLOPEN=1,1,0,\"broker.test\",8883,0");
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  bench.say("AT+CFUN=1,1");
  const auto out = bench.pass(1s);
  EXPECT_EQ(out.find("QSSLOPEN"), std::string::npos) << out;
  EXPECT_EQ(out.find("QMTOPEN"), std::string::npos) << out;
  bench.feed("ATE0\r");
  EXPECT_EQ(bench.say("AT+QSSLSTATE"), "\r\nOK\r\n");
}

TEST(Dns, AnAnswerFromBeforeARebootIsLost) {
  auto bench = Bench::online();
  bench.network->hold_look_ups = true;
  bench.say("AT+QIDNSGIP=1,\"broker.test\"");
  bench.say("AT+CFUN=1,1");
  bench.pass(1s);
  bench.feed("ATE0;+QIACT=1\r");
  bench.network->names["second.test"] = {"127.0.0.9"};
  bench.network->hold_look_ups = false;
  bench.network->peer->hang_up();
  // The second answer is waited for; the first, whose thread came earlier, must not have come.
  auto got = bench.say("AT+QIDNSGIP=1,\"second.test\"");
  if (got.find("127.0.0.9") == std::string::npos) got += bench.until("127.0.0.9");  // its thread may have been faster
  got += bench.pass(1s);
  EXPECT_EQ(got.find("127.0.0.2"), std::string::npos) << got;
}

TEST(Mqtt, RunsASessionAsRecorded) {
  auto bench = Bench::online();
  bench.say("AT+QMTCFG=\"recv/mode\",0,0,1");
  connect(bench);
  EXPECT_EQ(bench.say("AT+QMTOPEN?"), "\r\n+QMTOPEN: 0,\"broker.test\",8883\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTCONN?"), "\r\n+QMTCONN: 0,3\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTSUB=0,1,\"t\",1"), "\r\nOK\r\n");
  bench.network->broker->answer("subscribe", {.kind = Event::Kind::suback, .packet_id = 1, .code = 1});
  EXPECT_EQ(bench.until("+QMTSUB"), "\r\n+QMTSUB: 0,1,0,1\r\n");
  EXPECT_EQ(bench.say("AT+QMTPUBEX=0,0,0,0,\"testtopic0\",5"), "\r\n> ");
  EXPECT_EQ(bench.feed("hello"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QMTPUBEX"), "\r\n+QMTPUBEX: 0,0,0\r\n");
  bench.say("AT+QMTPUBEX=0,7,1,1,\"t\",1");
  bench.feed("x");
  bench.network->broker->answer("publish 7", {.kind = Event::Kind::puback, .packet_id = 7});
  EXPECT_TRUE(bench.until("+QMTPUBEX: 0,7,0").ends_with("\r\n+QMTPUBEX: 0,7,0\r\n"));
  bench.network->broker->tell({.kind = Event::Kind::message, .topic = "t", .payload = "pay\"load"});
  EXPECT_EQ(bench.until("+QMTRECV"), "\r\n+QMTRECV: 0,0,\"t\",8,\"pay\"load\"\r\n");
  EXPECT_EQ(bench.say("AT+QMTUNS=0,2,\"t\""), "\r\nOK\r\n");
  bench.network->broker->answer("unsubscribe", {.kind = Event::Kind::unsuback, .packet_id = 2});
  EXPECT_EQ(bench.until("+QMTUNS"), "\r\n+QMTUNS: 0,2,0\r\n");
  EXPECT_EQ(bench.say("AT+QMTDISC=0"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QMTDISC"), "\r\n+QMTDISC: 0,0\r\n");
  EXPECT_EQ(bench.say("AT+QMTCLOSE=0"), "\r\nERROR\r\n") << "the network is closed already";
  EXPECT_EQ(bench.network->broker->all(),
            "connect dev u p 1 120\nsubscribe 1 1 t\npublish 0 0 0 testtopic0 hello\npublish 7 1 1 t x\n"
            "unsubscribe 2 t\ndisconnect\ngone\n");
  EXPECT_EQ(bench.network->opened, std::vector<std::string>{"plain broker.test:8883"});
}

TEST(Mqtt, ResultsAreThoseOfTheReference) {
  auto persona = Bench::bench_persona();
  persona.quirks.tls_failure_result = -1;
  auto bench = Bench::online(persona);
  const auto result = [&](OpenFailure failure) {
    bench.network->failure = failure;
    EXPECT_EQ(bench.say("AT+QMTOPEN=1,\"broker.test\",8883"), "\r\nOK\r\n");
    return bench.until("+QMTOPEN");
  };
  EXPECT_EQ(result(OpenFailure::name), "\r\n+QMTOPEN: 1,4\r\n");
  EXPECT_EQ(result(OpenFailure::tcp), "\r\n+QMTOPEN: 1,5\r\n");
  EXPECT_EQ(result(OpenFailure::tls), "\r\n+QMTOPEN: 1,-1\r\n");
  EXPECT_EQ(result(OpenFailure::none), "\r\n+QMTOPEN: 1,0\r\n");
  EXPECT_EQ(result(OpenFailure::none), "\r\n+QMTOPEN: 1,2\r\n") << "occupied";
  EXPECT_EQ(bench.say("AT+QMTCLOSE=1"), "\r\nOK\r\n");
  EXPECT_EQ(bench.until("+QMTCLOSE"), "\r\n+QMTCLOSE: 1,0\r\n");
  bench.say("AT+QIDEACT=1");
  EXPECT_EQ(result(OpenFailure::none), "\r\n+QMTOPEN: 1,3\r\n");
  for (const char* rest : {"6,\"h\",1", "0,h,1", "0,\"h\",0", "0,\"h\",65536", "0,\"\",1", "0,\"h\"", "0,\"h\",1,1"})
    EXPECT_EQ(bench.say("AT+QMTOPEN=" + std::string(rest)), "\r\nERROR\r\n") << rest;
}

TEST(Mqtt, GoesOverTlsWithTheContextThatWasNamed) {
  auto bench = Bench::online();
  bench.upload("ca.pem", "CA");
  bench.say("AT+QSSLCFG=\"cacert\",2,\"ca.pem\";+QMTCFG=\"ssl\",0,1,2");
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  bench.until("+QMTOPEN: 0,0");
  EXPECT_EQ(bench.network->opened, std::vector<std::string>{"tls broker.test:8883"});
  EXPECT_EQ(bench.network->settings->cacert, "CA");
}

TEST(Mqtt, SaysWhenTheServerRefusesOrGoes) {
  auto bench = Bench::online();
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  bench.until("+QMTOPEN");
  EXPECT_EQ(bench.say("AT+QMTSUB=0,1,\"t\",1"), "\r\nERROR\r\n") << "not connected yet";
  bench.say("AT+QMTCONN=0,\"dev\"");
  bench.network->broker->answer("connect", {.kind = Event::Kind::connack, .code = 5});
  EXPECT_EQ(bench.until("+QMTCONN"), "\r\n+QMTCONN: 0,0,5\r\n");
  bench.network->broker->tell({.kind = Event::Kind::closed, .code = MqttClient::by_peer});
  EXPECT_EQ(bench.until("+QMTSTAT"), "\r\n+QMTSTAT: 0,1\r\n");
  EXPECT_EQ(bench.say("AT+QMTCLOSE=0"), "\r\nERROR\r\n");
  connect(bench);
  EXPECT_EQ(bench.say("AT+QIDEACT=1"), "\r\n+QMTSTAT: 0,7\r\n\r\nOK\r\n");
}

TEST(Mqtt, GivesUpOnASilentBroker) {
  auto bench = Bench::online();
  bench.say("AT+QMTCFG=\"timeout\",0,2,1,0");
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  bench.until("+QMTOPEN");
  bench.say("AT+QMTCONN=0,\"dev\"");
  EXPECT_EQ(bench.pass(3999ms), "");
  EXPECT_EQ(bench.pass(1ms), "\r\n+QMTCONN: 0,2\r\n");
}

TEST(Mqtt, StoresMessagesAndTakesHexWhenAsked) {
  auto bench = Bench::online();
  bench.say("AT+QMTCFG=\"recv/mode\",0,1;+QMTCFG=\"dataformat\",0,1,1");
  connect(bench);
  bench.network->broker->tell({.kind = Event::Kind::message, .packet_id = 9, .topic = "t", .payload = "ab"});
  EXPECT_EQ(bench.until("+QMTRECV"), "\r\n+QMTRECV: 0,0\r\n");
  EXPECT_EQ(bench.say("AT+QMTRECV=0,0"), "\r\n+QMTRECV: 0,9,\"t\",4,\"6162\"\r\n\r\nOK\r\n");
  EXPECT_EQ(bench.say("AT+QMTRECV=0,0"), "\r\nERROR\r\n");
  bench.say("AT+QMTPUB=0,0,0,0,\"t\"");
  bench.feed("6364\x1a");
  bench.until("+QMTPUB: 0,0,0");
  EXPECT_NE(bench.network->broker->all().find("publish 0 0 0 t cd\n"), std::string::npos);
}

TEST(Mqtt, APlainSessionMayBlockTlsUntilAReboot) {
  auto persona = Bench::bench_persona();
  persona.quirks.plain_mqtt_blocks_tls = true;
  auto bench = Bench::online(persona);
  connect(bench);
  bench.say("AT+QMTDISC=0");
  bench.until("+QMTDISC");
  bench.say("AT+QMTCFG=\"ssl\",0,1,1;+QMTOPEN=0,\"broker.test\",8883");
  EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,5\r\n");
  bench.say("AT+CFUN=1,1");
  bench.pass(1s);
  bench.feed("ATE0;+QIACT=1;+QMTCFG=\"ssl\",0,1,1\r");
  bench.say("AT+QMTOPEN=0,\"broker.test\",8883");
  EXPECT_EQ(bench.until("+QMTOPEN"), "\r\n+QMTOPEN: 0,0\r\n");
}

}  // namespace
}  // namespace epki::sim
