#include <gtest/gtest.h>

#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

TEST(Judge, AcceptsTheProjectsOwnChainAndNoOtherName) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto good = box.run(
      {"judge", "--trusted", "ca/root.pem", "--chain", "broker/certs/server.pem", "--host", "broker.test", "--json"});
  EXPECT_EQ(good.exit, 0) << good;
  EXPECT_EQ(good.json()["verdict"].text(), "accept");
  EXPECT_EQ(good.json()["oracle"]["name"].text(), "Botan");
  const auto other = box.run(
      {"judge", "--trusted", "ca/root.pem", "--chain", "broker/certs/server.pem", "--host", "other.test", "--json"});
  EXPECT_EQ(other.exit, 1) << other;
  EXPECT_EQ(other.json()["verdict"].text(), "reject");
  EXPECT_EQ(other.json()["ok"].boolean(), false);
  const auto late = box.run(
      {"judge", "--trusted", "ca/root.pem", "--chain", "broker/certs/server.pem", "--at", "2060-01-01T00:00:00Z"});
  EXPECT_EQ(late.exit, 1) << late;
}

TEST(Judge, AnUnknownCaIsARejection) {
  Sandbox box, other;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(other.init().exit, 0);
  const auto ran = box.run({"judge", "--trusted", (other / "ca/root.pem").string(), "--chain",
                            "broker/certs/server.pem", "--host", "broker.test"});
  EXPECT_EQ(ran.exit, 1) << ran;
}

TEST(Judge, BadInputEndsInItsExitCode) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  EXPECT_EQ(box.run({"judge", "--trusted", "missing.pem", "--chain", "broker/certs/server.pem"}).exit, 3);
  EXPECT_EQ(box.run({"judge", "--trusted", "ca/root.pem", "--chain", "missing.pem", "--json"}).exit, 3);
  EXPECT_EQ(box.run({"judge", "--trusted", "ca/root.pem", "--chain", "ca/root.pem", "--at", "tomorrow"}).exit, 2);
  EXPECT_EQ(box.run({"judge", "--trusted", "ca/root.pem", "--chain", "broker/certs/server.pem", "--host", ""}).exit, 2)
      << "accepted for no name at all";
  box.write("garbage.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n");
  EXPECT_EQ(box.run({"judge", "--trusted", "ca/root.pem", "--chain", "garbage.pem"}).exit, 1);
  box.write("empty.pem", "");
  EXPECT_EQ(box.run({"judge", "--trusted", "ca/root.pem", "--chain", "empty.pem"}).exit, 1);
  EXPECT_EQ(box.run({"judge", "--trusted", "garbage.pem", "--chain", "broker/certs/server.pem"}).exit, 1);
}

}  // namespace
}  // namespace epki::test
