#include "provision/ec200u/tests/modem_fixture.hpp"

namespace epki::ec200u::test {
namespace {

using namespace std::chrono_literals;

using Mqtt = Modems;

TEST_F(Mqtt, OpensConnectsTalksAndEnds) {
  wire.say("\r\n+QMTOPEN: 0,4\r\n");  // of an earlier program
  expect("AT+QMTCLOSE=0", error);
  expect("AT+QMTOPEN=0,\"broker.example\",8883", ok + "\r\n+QMTOPEN: 0,0\r\n");
  expect("AT+QMTCONN=0,\"id\",\"user\",\"hunter2\"", ok + "\r\n+QMTCONN: 0,0,0\r\n");
  expect("AT+QMTSUB=0,1,\"t\",1", ok + "\r\n+QMTSUB: 0,1,0,1\r\n");
  expect("AT+QMTPUBEX=0,1,1,0,\"t\",5", "\r\n> ");
  wire.expect({"hello", ok + "\r\n+QMTRECV: 0,1,\"t\",\"hello\"\r\n\r\n+QMTPUBEX: 0,1,0\r\n"});
  expect("AT+QMTDISC=0", ok + "\r\n+QMTDISC: 0,0\r\n");
  std::string log;
  engine.log_to([&](std::string_view line) { log += line; });
  auto opened = modem.mqtt_open(0, "broker.example", 8883);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_TRUE(opened->opened());
  EXPECT_EQ(opened->text(), "+QMTOPEN: 0,0");
  auto connected = modem.mqtt_connect(0, "id", "user", "hunter2");
  ASSERT_TRUE(connected) << connected.error().what;
  EXPECT_TRUE(connected->accepted());
  EXPECT_EQ(log.find("hunter2"), std::string::npos);
  EXPECT_TRUE(modem.mqtt_subscribe(0, "t", 1));
  EXPECT_TRUE(modem.mqtt_publish(0, "t", "hello", 1));
  EXPECT_EQ(*modem.mqtt_receive(0, "t", after(5s)), "hello");
  EXPECT_TRUE(modem.mqtt_end(0));
}

TEST_F(Mqtt, TakesAResultThatPrecedesTheOk) {
  expect("AT+QMTCLOSE=1", error);
  expect("AT+QMTOPEN=1,\"h\",1", "\r\n+QMTOPEN: 1,4\r\n" + ok);
  auto opened = modem.mqtt_open(1, "h", 1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->code, 4);
}

TEST_F(Mqtt, ClosesASessionThatWasLeft) {
  expect("AT+QMTCLOSE=0", ok + "\r\n+QMTCLOSE: 0,0\r\n");
  expect("AT+QMTOPEN=0,\"h\",1", ok + "\r\n+QMTOPEN: 0,2\r\n");
  expect("AT+QMTCLOSE=0", ok + "\r\n+QMTCLOSE: 0,0\r\n");
  expect("AT+QMTOPEN=0,\"h\",1", ok + "\r\n+QMTOPEN: 0,0\r\n");
  auto opened = modem.mqtt_open(0, "h", 1);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->opened());
}

TEST_F(Mqtt, DoesNotCloseWhatItHasEndedItself) {
  expect("AT+QMTDISC=0", ok + "\r\n+QMTDISC: 0,0\r\n");
  expect("AT+QMTOPEN=0,\"h\",1", ok + "\r\n+QMTOPEN: 1,0\r\n\r\n+QMTOPEN: 0,5\r\n");
  EXPECT_TRUE(modem.mqtt_end(0));
  auto opened = modem.mqtt_open(0, "h", 1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->code, 5);
}

TEST_F(Mqtt, SaysThatNoResultCame) {
  expect("AT+QMTCLOSE=0", error);
  expect("AT+QMTOPEN=0,\"h\",1", ok);
  expect("AT+QMTCLOSE=0", error);
  expect("AT+QMTOPEN=0,\"h\",1", error);
  auto opened = modem.mqtt_open(0, "h", 1, 7s);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text(), "no result in 7 s");
  opened = modem.mqtt_open(0, "h", 1);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->text(), "ERROR");
}

TEST_F(Mqtt, WaitsNoLongerThanItsPatience) {
  int asked = 0;
  const Patience twice = [&]() -> Result<bool> { return ++asked < 2; };
  expect("AT+QMTCLOSE=0", error);
  expect("AT+QMTOPEN=0,\"h\",1", ok);
  auto lost = modem.mqtt_open(0, "h", 1, {}, twice);
  ASSERT_TRUE(lost);
  EXPECT_FALSE(lost->code);
  EXPECT_LT(lost->waited, 100s) << "what is told is the time that was waited";
  EXPECT_EQ(asked, 2);

  expect("AT+QMTCONN=0,\"me\"", ok);
  auto silent = modem.mqtt_connect(0, "me", {}, {}, [] { return Result<bool>(false); });
  ASSERT_TRUE(silent);
  EXPECT_EQ(silent->text(), "no result in time");

  expect("AT+QMTCLOSE=0", error);
  expect("AT+QMTOPEN=0,\"h\",1", ok);
  const Patience fails = []() -> Result<bool> { return Error{Errc::interrupted, "enough"}; };
  EXPECT_EQ(modem.mqtt_open(0, "h", 1, {}, fails).error().code, Errc::interrupted);
}

TEST_F(Mqtt, SeesTheConnectionEndInsteadOfAnAnswer) {
  expect("AT+QMTCONN=0,\"id\"", ok + "\r\n+QMTSTAT: 0,5\r\n");
  auto connected = modem.mqtt_connect(0, "id");
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->accepted());
  EXPECT_EQ(connected->text(), "+QMTSTAT: 0,5");
}

TEST_F(Mqtt, ReportsTheBrokersRefusal) {
  expect("AT+QMTCONN=0,\"id\"", ok + "\r\n+QMTCONN: 0,0,5\r\n");
  expect("AT+QMTSUB=0,1,\"t\",0", ok + "\r\n+QMTSUB: 0,1,0,128\r\n");
  auto connected = modem.mqtt_connect(0, "id");
  ASSERT_TRUE(connected);
  EXPECT_FALSE(connected->accepted());
  EXPECT_EQ(connected->return_code, 5);
  EXPECT_EQ(modem.mqtt_subscribe(0, "t", 0).error().code, Errc::network);
}

TEST_F(Mqtt, EndsWhatWasOnlyOpened) {
  expect("AT+QMTDISC=0", error);
  expect("AT+QMTCLOSE=0", ok + "\r\n+QMTCLOSE: 0,0\r\n");
  EXPECT_TRUE(modem.mqtt_end(0));
}

TEST_F(Mqtt, SettingsAreReadAndWritten) {
  expect("AT+QMTCFG=\"ssl\",0,1,2", ok);
  expect("AT+QMTCFG=\"ssl\",0", info("+QMTCFG: \"ssl\",1,2"));
  expect("AT+QMTCFG=\"ssl\",0,0", ok);
  expect("AT+QMTCFG=\"pdpcid\",0,1", ok);
  expect("AT+QMTCFG=\"keepalive\",0,60", ok);
  EXPECT_TRUE(modem.set_mqtt_ssl(0, true, 2));
  EXPECT_EQ(modem.mqtt_ssl(0)->context, 2);
  EXPECT_TRUE(modem.set_mqtt_ssl(0, false, 2));
  EXPECT_TRUE(modem.set_mqtt_pdp(0, 1));
  EXPECT_TRUE(modem.set_mqtt_keepalive(0, 60));
}

using Power = Modems;

TEST_F(Power, RestartsAndWaitsUntilFilesAreReadable) {
  expect("AT+CFUN=1,1", ok + "\r\nRDY\r\n\r\n+CPIN: READY\r\n");
  wire.expect(at::test::synchronise_turns());
  expect("AT+CMEE=1", ok);
  expect("AT+QFLDS=\"UFS\"", "\r\n+CME ERROR: 14\r\n\r\n+QIND: SMS DONE\r\n");
  expect("AT+QFLDS=\"UFS\"", info("+QFLDS: 1,2"));
  expect("AT+CPIN?", info("+CPIN: READY"));
  auto restarted = modem.reboot(after(60s));
  ASSERT_TRUE(restarted) << restarted.error().what;
}

TEST_F(Power, RestartsThoughTheCommandWasNotAnswered) {
  wire.say("\r\nRDY\r\n");  // of the last start: it must not count
  wire.expect({"AT+CFUN=1,1\r", "", "\r\nRDY\r\n"});
  wire.expect(at::test::synchronise_turns());
  expect("AT+CMEE=1", ok);
  expect("AT+QFLDS=\"UFS\"", info("+QFLDS: 1,2"));
  expect("AT+CPIN?", "\r\n+CME ERROR: 10\r\n");
  auto restarted = modem.reboot(after(60s));
  ASSERT_TRUE(restarted) << restarted.error().what;
  EXPECT_FALSE(engine.take_queued([](std::string_view line) { return line == "RDY"; }));
}

TEST_F(Power, SaysThatThePortWentAway) {
  wire.expect({.hears = "AT+CFUN=1,1\r", .says = ok, .later = {}, .gone = true});
  auto restarted = modem.reboot(after(60s));
  ASSERT_FALSE(restarted);
  EXPECT_EQ(restarted.error().code, Errc::modem_gone);
}

}  // namespace
}  // namespace epki::ec200u::test
