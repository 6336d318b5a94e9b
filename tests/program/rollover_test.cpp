// From one root to the next, with a simulated modem and a real broker: refused while too few devices are proven.

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

class Rollover : public ::testing::TestWithParam<bool> {
 protected:
  void start() {
    std::vector<std::string> words{"--mutual", "--standby-root"};
    // With issuing CAs also within names: the next root and what is below it keep to them.
    if (GetParam()) words.insert(words.end(), {"--issuing", "--permit-name", "broker.test"});
    ASSERT_EQ(box.init(words).exit, 0);
    ASSERT_EQ(box.run({"issue", "client", "in-the-field"}).exit, 0);
    modem.emplace(box.simulator({"--persona", "strict", "--state", "state", "--host", "broker.test=127.0.0.1"}));
  }
  Json provisioned(std::vector<std::string> where) {
    where.insert(where.end(), {"provision", "--port", modem->pty, "--json"});
    const auto ran = box.run(where);
    EXPECT_EQ(ran.exit, 0) << ran;
    return ran.json()["devices"][std::size_t{0}];
  }
  Json counted(int exit) {
    const auto ran = box.run({"rollover", "status", "--json"});
    EXPECT_EQ(ran.exit, exit) << ran;
    return ran.json();
  }
  // What the broker shows, verified from one root alone.
  bool shown(const char* root) {
    return box.shell("openssl s_client -verify_return_error -connect 127.0.0.1:" + std::to_string(box.broker_port()) +
                     " -servername broker.test -verify_hostname broker.test -CAfile " + root +
                     " -cert certs/in-the-field/in-the-field.pem -key certs/in-the-field/in-the-field.key </dev/null")
               .exit == 0;
  }

  Sandbox box;
  std::optional<Sandbox::Modem> modem;
};

TEST_P(Rollover, IsRefusedUntilEnoughDevicesAreProven) {
  start();
  std::string imei;
  {
    auto broker = box.broker();
    imei = provisioned({})["imei"].text_or("");
  }
  const auto port = free_port();
  const auto begun = box.run({"rollover", "begin", "--port", std::to_string(port), "--json"});
  ASSERT_EQ(begun.exit, 0) << begun;
  EXPECT_EQ(box.run({"rollover", "begin"}).exit, 3) << "once";
  const auto before = counted(1);
  EXPECT_EQ(before["devices"].integer(), 2);
  EXPECT_EQ(before["holding"].integer(), 1) << "the standby root lies on it from the first run on";
  EXPECT_EQ(before["proven"].integer(), 0) << "and proves nothing while another root is bound";
  EXPECT_EQ(box.run({"rollover", "switch"}).exit, 1);

  // The second broker, and the modem on the bench moves to it: nothing is uploaded but what its own key needs.
  {
    const auto ran = box.shell("ec200u-pki -C rollover broker check broker/mosquitto.conf");
    EXPECT_EQ(ran.exit, 0) << ran;
    auto second = box.broker("rollover", port);
    const auto moved = provisioned({"-C", "rollover"});
    EXPECT_EQ(moved["connect"]["published"].boolean(), true) << moved.dump();
    for (const auto& file : moved["files"].items()) EXPECT_EQ(file["verified"].boolean(), true) << moved.dump();
  }
  EXPECT_EQ(counted(1)["proven"].integer(), 1);
  EXPECT_EQ(box.run({"rollover", "switch"}).exit, 1) << "one of two";
  EXPECT_EQ(box.run({"rollover", "proven", "nobody", "--how", "seen"}).exit, 3);
  EXPECT_EQ(box.run({"rollover", "proven", "in-the-field"}).exit, 2) << "how it was seen belongs to it";
  ASSERT_EQ(box.run({"rollover", "proven", "in-the-field", "--how", "log of the second broker"}).exit, 0);
  EXPECT_EQ(counted(0)["percent"].integer(), 100);

  ASSERT_EQ(box.shell("cp ca/root.pem old.pem; cp ca/standby-root.pem next.pem").exit, 0);
  const auto switched = box.run({"rollover", "switch", "--json"});
  ASSERT_EQ(switched.exit, 0) << switched;
  EXPECT_EQ(box.shell("cmp ca/root.pem next.pem && test ! -e rollover && ls ca/old-root-*.key").exit, 0);
  {
    auto broker = box.broker();
    EXPECT_TRUE(shown("next.pem"));
    EXPECT_FALSE(shown("old.pem"));
    EXPECT_EQ(provisioned({})["imei"].text(), imei);
  }
  // The project goes on as one that always had this root.
  EXPECT_EQ(box.shell("openssl x509 -in ca/root.pem -noout -text | grep -q 'Name Constraints: $'").exit,
            GetParam() ? 0 : 1);
  EXPECT_EQ(box.run({"issue", "server", "elsewhere.test"}).exit, GetParam() ? 3 : 0);
  EXPECT_EQ(box.run({"issue", "server", "second.broker.test"}).exit, 0);
  EXPECT_EQ(box.run({"renew", "server"}).exit, 0);
  EXPECT_EQ(box.run({"issue", "client", "later"}).exit, 0);
  EXPECT_EQ(box.run({"crl"}).exit, 0);
  EXPECT_EQ(box.run({"ledger", "check"}).exit, 0);
  EXPECT_EQ(box.shell("openssl verify -x509_strict -CAfile ca/root.pem -untrusted broker/certs/server.pem "
                      "broker/certs/server.pem")
                .exit,
            0);
}

TEST_P(Rollover, CanBeLoweredForDevicesThatAreDead) {
  start();
  ASSERT_EQ(box.run({"issue", "client", "dead"}).exit, 0);
  ASSERT_EQ(box.run({"rollover", "begin"}).exit, 0);
  ASSERT_EQ(box.run({"rollover", "proven", "in-the-field", "--how", "seen"}).exit, 0);
  EXPECT_EQ(box.run({"rollover", "switch", "--least", "51"}).exit, 1);
  // As a cut leaves it: the old root is aside, the rest is not done.
  ASSERT_EQ(box.shell("mv ca/root.key ca/old-root-0.key && mv ca/root.pem ca/old-root-0.pem").exit, 0);
  EXPECT_EQ(box.run({"rollover", "switch", "--least", "50"}).exit, 0);
  EXPECT_EQ(box.run({"renew", "server"}).exit, 0);
}

INSTANTIATE_TEST_SUITE_P(FromRootAndFromIssuingCa, Rollover, ::testing::Bool());

}  // namespace
}  // namespace epki::test
