#include <gtest/gtest.h>

#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

struct Row {
  const char* persona;
  int exit;
  const char* verdict_class;
  const char* influence;
};

class ShippedPersona : public testing::TestWithParam<Row> {};

TEST_P(ShippedPersona, IsRecovered) {
  const auto& row = GetParam();
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"verify", "--port", std::string("sim:") + row.persona, "--json"});
  EXPECT_EQ(ran.exit, row.exit) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["schema"].text(), "ec200u-pki/verify/1");
  const auto& verdict = said["verdict"]["mqtt"];
  EXPECT_EQ(verdict["class"].text(), row.verdict_class) << ran;
  EXPECT_EQ(verdict["built_in_influence"].text(), row.influence) << ran;
  EXPECT_NE(verdict["because"].text_or(""), "") << ran;
  EXPECT_EQ(said["oracle"]["name"].text(), "Botan");
  EXPECT_GT(said["handshakes"].integer().value_or(0), 0) << ran;
  ASSERT_GT(said["probes"].size(), 0U) << ran;
  for (const auto& probe : said["probes"].items())
    for (const char* key : {"id", "path", "attempt", "bound", "presented", "at", "server", "oracle", "outcome", "note"})
      EXPECT_TRUE(probe.has(key)) << key << " in " << probe.dump();
}

INSTANTIATE_TEST_SUITE_P(Shipped, ShippedPersona,
                         testing::Values(Row{"strict", 0, "uploaded", "not-found"},
                                         Row{"union", 20, "union", "detected"},
                                         Row{"built-in", 20, "built-in", "detected"},
                                         Row{"unverified", 21, "unverified", "inconclusive"},
                                         Row{"field-report", 20, "union", "detected"}),
                         [](const auto& entry) {
                           std::string name = entry.param.persona;
                           for (char& c : name)
                             if (c == '-') c = '_';
                           return name;
                         });

std::string persona(const std::string& policy, const std::string& hosts = "") {
  return "[policy.mqtt]\n" + policy + "\n[hosts]\n" + hosts;
}

TEST(Verify, BuiltInOnlyWhenNothingIsBoundIsAClassOfItsOwn) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("p.toml", "built_in = [\"root.pem\"]\n" +
                          persona("anchors = \"built-in-when-nothing-uploaded\"\nhostname = \"checked\""));
  ASSERT_EQ(box.shell("awk '/BEGIN/{n++} {f[n]=f[n] $0 \"\\n\"} END{printf \"%s\", f[n]}' " EPKI_SOURCE_DIR
                      "/templates/replay/public-stand-in-chain.pem > root.pem")
                .exit,
            0);
  const auto ran = box.run({"verify", "--port", "sim:p.toml", "--json"});
  EXPECT_EQ(ran.exit, 20) << ran;
  EXPECT_EQ(ran.json()["verdict"]["mqtt"]["class"].text(), "built-in-when-nothing-uploaded") << ran;
}

TEST(Verify, WithoutAReplayNothingIsClaimed) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto port = std::to_string(free_port());
  auto modem = box.simulator({"--persona", "strict", "--host", "probe.test=127.0.0.1"});
  const auto ran = box.run(
      {"verify", "--port", modem.pty, "--listen", "127.0.0.1:" + port, "--reach-as", "probe.test:" + port, "--json"});
  EXPECT_EQ(ran.exit, 22) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["verdict"]["mqtt"]["class"].text(), "inconclusive") << ran;
  EXPECT_EQ(said["verdict"]["mqtt"]["built_in_influence"].text(), "inconclusive") << ran;
  EXPECT_NE(ran.out.find("--replay"), std::string::npos) << ran;
}

TEST(Verify, SaysEachWarningOnceAndKeepsItInTheDocument) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto port = std::to_string(free_port());
  auto modem = box.simulator({"--persona", "strict", "--host", "probe.test=127.0.0.1"});  // asks no DNS server of ours
  const auto ran = box.run({"verify", "--port", modem.pty, "--listen", "127.0.0.1:" + port, "--reach-as",
                            "probe.test:" + port, "--dns", "127.0.0.1:0", "--dns-as", "127.0.0.1", "--json"});
  const std::string words = "names do not lead to the responder";
  const auto first = ran.err.find(words);
  ASSERT_NE(first, std::string::npos) << ran;
  EXPECT_EQ(ran.err.find(words, first + 1), std::string::npos) << ran;
  ASSERT_EQ(ran.json()["warnings"].size(), 1U) << ran;
  EXPECT_NE(ran.json()["warnings"][0].text_or("").find(words), std::string::npos) << ran;
}

TEST(Verify, ANameThatDoesNotResolveIsInconclusiveWithTheReason) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto port = std::to_string(free_port());
  auto modem = box.simulator({"--persona", "strict"});
  const auto ran =
      box.run({"verify", "--port", modem.pty, "--listen", "127.0.0.1:" + port, "--reach-as", "nowhere.test:" + port,
               "--replay", EPKI_SOURCE_DIR "/templates/replay/public-stand-in-chain.pem", "--json"});
  EXPECT_EQ(ran.exit, 22) << ran;
  EXPECT_NE(ran.json()["verdict"]["mqtt"]["because"].text_or("").find("nowhere.test"), std::string::npos) << ran;
}

TEST(Verify, ARefusedConnectionIsInconclusive) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  // The modem is sent to a port nobody listens on: what a wrong port forwarding looks like.
  const auto listen = std::to_string(free_port());
  const auto reach = std::to_string(free_port());
  const auto ran =
      box.run({"verify", "--port", "sim", "--listen", "127.0.0.1:" + listen, "--reach-as", "probe.test:" + reach,
               "--replay", EPKI_SOURCE_DIR "/templates/replay/public-stand-in-chain.pem", "--json"});
  EXPECT_EQ(ran.exit, 22) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["verdict"]["mqtt"]["class"].text(), "inconclusive") << ran;
  EXPECT_NE(said["verdict"]["mqtt"]["because"].text_or("").find("TCP"), std::string::npos) << ran;
}

TEST(Verify, LeavesTheModemAsItWasFound) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"provision", "--port", "sim:strict"}).exit, 0);
  const auto files = [&] {
    return box.shell("ls -1 .ec200u-pki/sim/strict && cat .ec200u-pki/sim/strict/* 2>/dev/null | sha256sum").out;
  };
  const auto before = files();
  ASSERT_EQ(box.run({"verify", "--port", "sim:strict"}).exit, 0);
  EXPECT_EQ(files(), before);
}

TEST(Verify, NeverOpensTheRootKey) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  std::filesystem::remove(box / "ca/root.key");
  EXPECT_EQ(box.run({"verify", "--port", "sim:strict"}).exit, 0);
}

TEST(Verify, ARealPortNeedsANameThatReachesUs) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto without = box.run({"verify", "--port", "/dev/ttyUSB99"});
  EXPECT_EQ(without.exit, 2) << without;
  EXPECT_NE(without.err.find("--reach-as"), std::string::npos) << without;
  const auto address = box.run({"verify", "--port", "/dev/ttyUSB99", "--reach-as", "127.0.0.1:8884"});
  EXPECT_EQ(address.exit, 2) << address;
  const auto missing =
      box.run({"verify", "--port", "/dev/ttyUSB99", "--reach-as", "probe.test:8884", "--replay", "missing.pem"});
  EXPECT_EQ(missing.exit, 3) << missing;
}

}  // namespace
}  // namespace epki::test
