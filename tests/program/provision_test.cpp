#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

constexpr const char* strict_policy =
    "[policy.mqtt]\nanchors = \"uploaded\"\nhostname = \"checked\"\nvalidity = \"by-knob\"\n";

const Json& device(const Json& document) {
  return document["devices"][0];
}

TEST(Provision, ProvesWhatItCanAndNamesTheNextCommand) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(said["schema"].text(), "ec200u-pki/provision/1");
  const auto& d = device(said);
  EXPECT_EQ(d["status"].text(), "connected-unproven") << ran;
  EXPECT_EQ(d["model"].text(), "EC200U");
  EXPECT_EQ(d["imei"].text_or("").size(), 15U);
  EXPECT_EQ(d["connect"]["opened"].boolean(), true);
  EXPECT_EQ(d["protection"]["unknown_ca"].text(), "refused");
  EXPECT_EQ(d["protection"]["wrong_host"].text(), "refused");
  EXPECT_TRUE(d["protection"]["verdict"].is_null());
  EXPECT_TRUE(d["error"].is_null());
  ASSERT_EQ(d["files"].size(), 1U);
  EXPECT_EQ(d["files"][0]["verified"].boolean(), true);
  EXPECT_TRUE(d["files"][0]["name"].text_or("").starts_with("cacert_"));
  for (const char* key : {"exchanges", "bytes_out", "bytes_in", "duration_ms"}) EXPECT_TRUE(d[key].integer()) << key;
  std::vector<std::string> keys;
  for (const auto& setting : d["settings"].items()) {
    keys.push_back(setting["key"].text_or(""));
    EXPECT_EQ(setting["state"].text(), "ok") << setting.dump();
  }
  for (const char* key :
       {"seclevel", "sslversion", "ciphersuite", "sni", "ignorelocaltime", "ignorecertitem", "ignoreinvalidcertsign",
        "ignoremulticertchainverify", "session_cache", "closetimemode", "cacert"})
    EXPECT_NE(std::find(keys.begin(), keys.end(), key), keys.end()) << key;
  EXPECT_NE(ran.err.find("verify") == std::string::npos ? d.dump().find("verify") : 0, std::string::npos) << ran;
  for (const char* ending : {".txt", ".h", ".json"}) {
    bool found = false;
    for (const auto& entry : std::filesystem::directory_iterator(box / "boot"))
      found = found || entry.path().extension() == ending;
    EXPECT_TRUE(found) << ending;
  }
}

TEST(Provision, ASecondRunUploadsNothing) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"provision", "--port", "sim"}).exit, 0);
  const auto again = box.run({"provision", "--port", "sim"});
  EXPECT_EQ(again.exit, 0) << again;
  EXPECT_NE(again.out.find("nothing uploaded"), std::string::npos) << again;
  const auto plan = box.run({"provision", "--port", "sim", "--dry-run", "--json"});
  ASSERT_EQ(plan.exit, 0) << plan;
  const auto said = plan.json();
  for (const auto& action : device(said)["plan"].items()) EXPECT_NE(action["action"].text(), "upload") << action.dump();
}

// --context takes 0 to 5, the spare one of the project file too: the wrong-CA control then borrows the other.
TEST(Provision, TheSpareContextGivesWay) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim", "--context", "5", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(device(said)["protection"]["unknown_ca"].text(), "refused") << ran;
}

// What is printed as the next command must work: the second of two has a name of its own.
TEST(Provision, TheSecondOfOnePersonaIsReachedByItsName) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto both = box.run({"provision", "--port", "sim", "--port", "sim", "--no-connect"});
  ASSERT_EQ(both.exit, 0) << both;
  ASSERT_NE(both.out.find("ec200u-pki provision --port sim:strict#2\n"), std::string::npos) << both;
  const auto again = box.run({"provision", "--port", "sim:strict#2", "--no-connect"});
  EXPECT_EQ(again.exit, 0) << again;
  EXPECT_NE(again.out.find("nothing uploaded"), std::string::npos) << again;
}

TEST(Provision, APersonaThatIsNotThereIsSaid) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim:nobody"});
  EXPECT_EQ(ran.exit, 3) << ran;
  EXPECT_NE(ran.err.find("there is no persona named nobody"), std::string::npos) << ran;
  EXPECT_NE(ran.err.find("hint: use one of: strict"), std::string::npos) << ran;
}

TEST(Provision, ADryRunShowsThePlanAndChangesNothing) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim", "--dry-run", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  bool upload = false;
  for (const auto& action : device(said)["plan"].items()) upload = upload || action["action"].text() == "upload";
  EXPECT_TRUE(upload) << ran;
  const auto show = box.run({"provision", "--port", "sim", "--show"});
  EXPECT_EQ(show.exit, 0) << show;
  EXPECT_EQ(show.out.find("cacert_"), std::string::npos) << show;
  EXPECT_FALSE(std::filesystem::exists(box / "boot"));
}

TEST(Provision, ProtectedNeedsAStoredVerdictOfThisFirmware) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"verify", "--port", "sim:strict"}).exit, 0);
  const auto good = box.run({"provision", "--port", "sim:strict", "--json"});
  EXPECT_EQ(good.exit, 0) << good;
  const auto said = good.json();
  EXPECT_EQ(device(said)["status"].text(), "protected") << good;
  EXPECT_EQ(device(said)["protection"]["verdict"].text(), "uploaded");
  ASSERT_EQ(box.run({"verify", "--port", "sim:union"}).exit, 20);
  const auto bad = box.run({"provision", "--port", "sim:union", "--json"});
  EXPECT_EQ(bad.exit, 1) << bad;
  const auto told = bad.json();
  EXPECT_EQ(device(told)["status"].text(), "not-protected") << bad;
  EXPECT_EQ(device(told)["protection"]["verdict"].text(), "union");
}

TEST(Provision, AModemThatVerifiesNothingIsNotProtected) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim:unverified", "--json"});
  EXPECT_EQ(ran.exit, 1) << ran;
  const auto said = ran.json();
  EXPECT_EQ(device(said)["status"].text(), "not-protected");
  EXPECT_EQ(device(said)["protection"]["unknown_ca"].text(), "accepted");
  EXPECT_EQ(device(said)["protection"]["wrong_host"].text(), "accepted");
}

TEST(Provision, NoConnectIsProvisionedUntested) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim", "--no-connect", "--json"});
  EXPECT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(device(said)["status"].text(), "provisioned-untested");
  EXPECT_EQ(device(said)["protection"]["unknown_ca"].text(), "untested");
}

TEST(Provision, RebootCheckReplaysTheBootSequence) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim", "--reboot-check", "--json"});
  EXPECT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  EXPECT_EQ(device(said)["reboot_check"].boolean(), true) << ran;
}

TEST(Provision, SeveralModemsAtOnceAreAllReported) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  const auto ran = box.run({"provision", "--port", "sim:strict", "--port", "sim:unverified", "--json"});
  EXPECT_EQ(ran.exit, 1) << ran;
  EXPECT_EQ(ran.json()["devices"].size(), 2U) << ran;
}

TEST(Provision, APortThatIsNotThereIsExit6) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  for (const char* port : {"/dev/nonexistent", "tcp:127.0.0.1:1"}) {
    const auto ran = box.run({"provision", "--port", port, "--json"});
    EXPECT_EQ(ran.exit, 6) << ran;
    const auto said = ran.json();
    EXPECT_EQ(device(said)["status"].text(), "failed") << ran;
    EXPECT_EQ(said["error"]["code"].text(), "modem-gone") << ran;
    EXPECT_NE(said["error"]["hint"].text_or(""), "") << ran;
  }
}

TEST(Provision, ASilentModemIsExit6) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("silent.toml", std::string("[faults]\nsilent_after_commands = 1\n") + strict_policy);
  const auto ran = box.run({"provision", "--port", "sim:silent.toml"});
  EXPECT_EQ(ran.exit, 6) << ran;
  EXPECT_NE(ran.err.find("hint: "), std::string::npos) << ran;
}

TEST(Provision, SomethingThatIsNoModemIsExit7) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("other.toml", std::string("[identity]\nmodel = \"SIM7600\"\n") + strict_policy);
  const auto ran = box.run({"provision", "--port", "sim:other.toml"});
  EXPECT_EQ(ran.exit, 7) << ran;
  EXPECT_NE(ran.err.find("SIM7600"), std::string::npos) << ran;
}

TEST(Provision, APortThatVanishesMidUploadIsExit6AndTheNextRunFinishes) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  box.write("gone.toml", std::string("[faults]\ngone_at_upload_byte = 300\n") + strict_policy);
  const auto cut = box.run({"provision", "--port", "sim:gone.toml"});
  EXPECT_EQ(cut.exit, 6) << cut;
  box.write("gone.toml", strict_policy);
  const auto again = box.run({"provision", "--port", "sim:gone.toml", "--json"});
  EXPECT_EQ(again.exit, 0) << again;
  const auto said = again.json();
  EXPECT_EQ(device(said)["status"].text(), "connected-unproven") << again;
}

TEST(Provision, ABrokerThatIsDownIsExit9) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  auto modem = box.simulator({"--persona", "strict", "--host", "broker.test=127.0.0.1"});
  const auto ran = box.run({"provision", "--port", modem.pty, "--json"});
  EXPECT_EQ(ran.exit, 9) << ran;
  EXPECT_EQ(ran.json()["error"]["code"].text(), "network") << ran;
}

TEST(Provision, ANameThatDoesNotResolveIsExit9AndSaysSo) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  auto broker = box.broker();
  auto modem = box.simulator({"--persona", "strict"});
  const auto ran = box.run({"provision", "--port", modem.pty});
  EXPECT_EQ(ran.exit, 9) << ran;
  EXPECT_NE(ran.err.find("broker.test"), std::string::npos) << ran;
}

TEST(Provision, WorksOnAPortOfItsOwnWithABrokerOfItsOwn) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  auto broker = box.broker();
  auto modem = box.simulator({"--persona", "strict", "--host", "broker.test=127.0.0.1"});
  const auto ran = box.run({"provision", "--port", modem.pty, "--json"});
  EXPECT_EQ(ran.exit, 0) << ran;
  const auto said = ran.json();
  // Without another name the address that the modem resolved serves for the wrong-name control.
  EXPECT_EQ(device(said)["protection"]["wrong_host"].text(), "refused") << ran;
}

TEST(Provision, NothingItStartsOutlivesIt) {
  Sandbox box;
  ASSERT_EQ(box.init().exit, 0);
  ASSERT_EQ(box.run({"provision", "--port", "sim"}).exit, 0);
  const auto left = box.shell("ps -e -o args= | grep -F \"$PWD\" | grep -v grep");
  EXPECT_EQ(left.out, "");
}

}  // namespace
}  // namespace epki::test
