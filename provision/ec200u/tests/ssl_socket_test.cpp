#include "provision/ec200u/tests/modem_fixture.hpp"

namespace epki::ec200u::test {
namespace {

using SslSocket = Modems;
const SslTarget target{1, 2, 11, "broker.example", 8883};
const std::string open = "AT+QSSLOPEN=1,2,11,\"broker.example\",8883,0";

TEST_F(SslSocket, OpensSendsAndCloses) {
  wire.say("\r\n+QSSLOPEN: 11,566\r\n");  // of an earlier program
  expect(open, ok + "\r\n+QSSLURC: \"recv\",3\r\n\r\n+QSSLOPEN: 11,0\r\n");
  expect("AT+QSSLSEND=11,1", "\r\n> ");
  wire.expect(at::test::Turn{"?", "\r\nSEND OK\r\n"});
  expect("AT+QSSLCLOSE=11", ok);
  auto opened = modem.ssl_open(target);
  ASSERT_TRUE(opened) << opened.error().what;
  EXPECT_TRUE(opened->opened());
  EXPECT_EQ(opened->text(), "+QSSLOPEN: 11,0");
  auto sent = modem.ssl_send(11, "?");
  ASSERT_TRUE(sent) << sent.error().what;
  EXPECT_TRUE(*sent);
  EXPECT_TRUE(modem.ssl_close(11));
}

TEST_F(SslSocket, AFailedVerificationIsAnAnswer) {
  expect(open, ok + "\r\n+QSSLOPEN: 11,566\r\n");
  expect("AT+QSSLCLOSE=11", ok);
  auto opened = modem.ssl_open(target);
  ASSERT_TRUE(opened);
  EXPECT_EQ(opened->code, 566);
  EXPECT_FALSE(opened->opened());
  EXPECT_TRUE(modem.ssl_close(11));
}

TEST_F(SslSocket, TakesANumberThatAFailedOpenHasKept) {
  expect(open, ok + "\r\n+QSSLOPEN: 11,563\r\n");
  expect("AT+QSSLCLOSE=11", ok);
  expect(open, ok + "\r\n+QSSLOPEN: 11,0\r\n");
  auto opened = modem.ssl_open(target);
  ASSERT_TRUE(opened);
  EXPECT_TRUE(opened->opened());
}

TEST_F(SslSocket, RefusalsAndLostLinesAreTold) {
  expect(open, error);
  auto refused = modem.ssl_open(target);
  ASSERT_TRUE(refused);
  EXPECT_TRUE(refused->refused);
  EXPECT_EQ(refused->text(), "ERROR");
  expect("AT+QSSLSEND=11,1", error);
  auto sent = modem.ssl_send(11, "?");
  ASSERT_TRUE(sent);
  EXPECT_FALSE(*sent);
  expect("AT+QSSLCLOSE=11", error);
  EXPECT_TRUE(modem.ssl_close(11));  // nothing was open
  SslOpenResult lost;
  lost.waited = std::chrono::seconds(450);
  EXPECT_EQ(lost.text(), "no result in 450 s");
}

TEST_F(SslSocket, WhatCannotBeIsNotSent) {
  EXPECT_EQ(modem.ssl_open({1, 2, 12, "h", 1}).error().code, Errc::usage);
  EXPECT_EQ(modem.ssl_open({1, 2, 1, "h\"", 1}).error().code, Errc::usage);
  EXPECT_EQ(modem.ssl_send(1, "").error().code, Errc::usage);
  EXPECT_EQ(modem.ssl_send(1, std::string(1461, 'x')).error().code, Errc::usage);
}

}  // namespace
}  // namespace epki::ec200u::test
