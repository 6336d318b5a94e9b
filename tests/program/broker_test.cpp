// broker render, check and test, as a user runs them.
#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

std::string actions(const Json& said) {
  std::string all;
  for (const auto& file : said["files"].items())
    if (file["action"].text_or("?") != "unchanged")
      all += file["action"].text_or("?") + " " + std::filesystem::path(file["path"].text_or("?")).filename().string() +
             "\n";
  return all;
}

std::string cases(const Json& said) {
  std::string all;
  for (const auto& one : said["cases"].items()) all += one["id"].text_or("?") + "=" + one["found"].text_or("?") + " ";
  return all;
}

TEST(Broker, RenderReplacesItsOwnFilesAndKeepsEditedOnes) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto first = box.run({"broker", "render", "--json"});
  ASSERT_EQ(first.exit, 0) << first;
  EXPECT_EQ(first.json()["schema"].text(), "ec200u-pki/broker/1");
  EXPECT_EQ(first.json()["action"].text(), "render");
  EXPECT_EQ(actions(first.json()).find("mosquitto.conf\nupdated"), std::string::npos) << "what init wrote is the same";
  const auto again = box.run({"broker", "render", "--json"});
  EXPECT_EQ(actions(again.json()), "");

  const auto other = std::to_string(free_port());
  const auto moved = box.run({"broker", "render", "--listen", "127.0.0.1:" + other, "--json"});
  ASSERT_EQ(moved.exit, 0) << moved;
  EXPECT_NE(actions(moved.json()).find("updated mosquitto.conf"), std::string::npos) << moved;
  EXPECT_NE(moved.err.find("the project file says port " + std::to_string(box.broker_port())), std::string::npos)
      << moved;
  EXPECT_NE(read_file(box / "broker/mosquitto.conf")->find("\nlistener " + other + " 127.0.0.1\n"), std::string::npos);

  const auto mine = *read_file(box / "broker/mosquitto.conf") + "# mine\n";
  box.write("broker/mosquitto.conf", mine);
  const auto kept = box.run({"broker", "render", "--json"});
  ASSERT_EQ(kept.exit, 0) << kept;
  EXPECT_NE(actions(kept.json()).find("kept mosquitto.conf"), std::string::npos) << kept;
  EXPECT_EQ(*read_file(box / "broker/mosquitto.conf"), mine);
  EXPECT_NE(read_file(box / "broker/mosquitto.conf.new")->find("listener " + std::to_string(box.broker_port())),
            std::string::npos);
  const auto forced = box.run({"broker", "render", "--force", "--json"});
  ASSERT_EQ(forced.exit, 0) << forced;
  EXPECT_EQ(*read_file(box / "broker/mosquitto.conf.old"), mine);
  EXPECT_EQ(read_file(box / "broker/mosquitto.conf")->find("# mine"), std::string::npos);

  const auto dry = box.run({"broker", "render", "--out", "elsewhere", "--dry-run"});
  ASSERT_EQ(dry.exit, 0) << dry;
  EXPECT_FALSE(std::filesystem::exists(box / "elsewhere"));
  const auto aside = box.run({"broker", "render", "--out", "elsewhere/"});
  ASSERT_EQ(aside.exit, 0) << aside;
  EXPECT_NE(aside.out.find((box / "broker/certs").string() + " copied beside it"), std::string::npos) << aside;
  EXPECT_NE(read_file(box / "elsewhere/mosquitto.conf")->find("acl_file " + (box / "elsewhere/acl").string() + "\n"),
            std::string::npos)
      << "the list beside it, not another one";
  EXPECT_EQ(box.run({"broker", "render", "--for-version", "1.6"}).exit, 2);
  EXPECT_EQ(box.run({"broker", "render", "--listen", "nonsense"}).exit, 2);
  EXPECT_EQ(Sandbox().run({"broker", "render"}).exit, 3);
}

TEST(Broker, ARenderedProjectIsRunCheckedAndTriedOut) {
  for (const auto* version : {"2.0.11", "2.0.22", "2.1"}) {
    Sandbox box;
    ASSERT_EQ(box.init({"--mutual", "--issuing"}).exit, 0);
    ASSERT_EQ(box.run({"broker", "render", "--for-version", version}).exit, 0);
    const auto checked = box.run({"broker", "check", "--json"});
    ASSERT_EQ(checked.exit, 0) << checked;
    EXPECT_EQ(checked.json()["errors"].integer(), 0);
    EXPECT_EQ(checked.json()["host"].text(), "broker.test");
    const auto tried = box.run({"broker", "test", "--json"});
    ASSERT_EQ(tried.exit, 0) << tried;
    EXPECT_EQ(cases(tried.json()),
              "good=accepted no-certificate=refused wrong-ca=refused expired=refused revoked=untested "
              "other-topic-write=refused other-topic-read=refused good-again=accepted modem=accepted ");
    EXPECT_EQ(tried.json()["broker"]["started"].boolean(), true);
  }
}

TEST(Broker, CheckSaysWhatIsWrongAndExitsOne) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto conf = *read_file(box / "broker/mosquitto.conf");
  box.write("bad.conf", conf + "listener 1883\ntls_version tlsv1.3\n");
  const auto ran = box.run({"broker", "check", "bad.conf", "--host", "elsewhere.test", "--json"});
  EXPECT_EQ(ran.exit, 1) << ran;
  std::string rules;
  const auto said = ran.json();
  for (const auto& finding : said["findings"].items()) {
    for (const char* key : {"severity", "file", "line", "rule", "what", "why", "remedy"})
      EXPECT_TRUE(finding.has(key)) << key;
    if (finding["severity"].text() == "error") rules += finding["rule"].text_or("?") + " ";
  }
  EXPECT_EQ(rules, "e_host_missing e_plain_listener e_tls13_only ") << ran;
  const auto text = box.run({"broker", "check", "bad.conf"});
  EXPECT_NE(text.out.find("bad.conf:"), std::string::npos);
  EXPECT_NE(text.out.find("remedy"), std::string::npos);
  EXPECT_EQ(box.run({"broker", "check", "no-such.conf"}).exit, 3);
  EXPECT_EQ(box.run({"broker", "check", "bad.conf", "--user", "nobody-of-that-name"}).exit, 2);
  EXPECT_EQ(Sandbox().run({"broker", "check"}).exit, 3);
}

TEST(Broker, TestUsesTheRunningBrokerAndDevicesOfItsOwn) {
  Sandbox box;
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const auto device = box.run({"issue", "client", "861234567890123", "--out", "device.pem"});
  ASSERT_EQ(device.exit, 0) << device;
  auto broker = box.broker();
  const auto tried = box.run({"broker", "test", "--client-cert", "device.pem", "--no-modem", "--json"});
  EXPECT_EQ(tried.exit, 0) << tried;
  EXPECT_EQ(cases(tried.json()),
            "good=accepted no-certificate=refused wrong-ca=refused expired=untested revoked=untested "
            "other-topic-write=untested other-topic-read=untested good-again=accepted ");
  EXPECT_EQ(tried.json()["broker"]["started"].boolean(), false);
  // A device that was not revoked, given as one that was.
  const auto not_revoked =
      box.run({"broker", "test", "--client-cert", "device.pem", "--revoked", "device.pem", "--no-modem", "--json"});
  EXPECT_EQ(not_revoked.exit, 1) << not_revoked;
  EXPECT_NE(cases(not_revoked.json()).find("revoked=accepted"), std::string::npos);
  broker.stop();

  const auto nobody = box.run({"broker", "test", "--port", std::to_string(free_port()), "--json"});
  EXPECT_EQ(nobody.exit, 9) << nobody;
  EXPECT_EQ(nobody.json()["error"]["code"].text(), "network");
  const auto without = box.shell("ec200u-pki broker test --no-modem --json </dev/null");
  EXPECT_EQ(without.exit, 1) << without;
  EXPECT_EQ(cases(without.json()).find("accepted"), std::string::npos) << "nobody was let in: no test passed";
}

TEST(Broker, TestWithoutCertificatesTriesWhatApplies) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto tried = box.shell("ec200u-pki broker test --json </dev/null");
  EXPECT_EQ(tried.exit, 0) << tried;
  EXPECT_EQ(cases(tried.json()), "good=accepted other-topic=refused good-again=accepted modem=accepted ");
  // An access list that lets everybody write everywhere.
  box.write("broker/acl", "topic readwrite #\npattern readwrite #\n");
  const auto open = box.run({"broker", "test", "--no-modem"});
  EXPECT_EQ(open.exit, 1) << open;
  EXPECT_NE(open.out.find("FAIL"), std::string::npos) << open;
}

}  // namespace
}  // namespace epki::test
