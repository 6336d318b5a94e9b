// Devices with a certificate of their own, as a user provisions them: a real broker that lets nobody in without one.

#include <gtest/gtest.h>

#include "core/text.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

class Mutual : public testing::Test {
 protected:
  void start(const std::string& key) {
    ASSERT_EQ(box.run({"init", "--host", "broker.test", "--broker-port", std::to_string(box.broker_port()), "--mutual",
                       "--key", key, "--no-passphrase"})
                  .exit,
              0);
    modem.emplace(box.simulator({"--persona", "strict", "--state", "state", "--host", "broker.test=127.0.0.1"}));
    broker.emplace(box.broker());
  }
  Ran provision(std::vector<std::string> more = {}) {
    std::vector<std::string> words{"provision", "--port", modem->pty, "--json"};
    words.insert(words.end(), more.begin(), more.end());
    return box.run(words);
  }
  static Json device(const Ran& ran) { return ran.json()["devices"][0]; }
  std::string on_modem(const std::string& beginning) {
    std::string all;
    for (const auto& entry : std::filesystem::directory_iterator(box / "state/ufs"))
      if (entry.path().filename().string().starts_with(beginning))
        if (const auto text = read_file(entry.path())) all += *text;
    return all;
  }
  std::size_t count(const std::string& state) {
    const auto ran = box.run({"ledger", "list", "--json"});
    EXPECT_EQ(ran.exit, 0) << ran;
    const auto said = ran.json();
    std::size_t found = 0;
    for (const auto& one : said["rows"].items())
      if (one["kind"].text() == "device" && one["status"].text() == state) ++found;
    return found;
  }

  Sandbox box;
  std::optional<Sandbox::Modem> modem;
  std::optional<Child> broker;
};

TEST_F(Mutual, ADeviceConnectsWithItsOwnCertificateAndKeepsIt) {
  start("ec-p256");
  const auto first = provision();
  ASSERT_EQ(first.exit, 0) << first;
  const auto made = device(first);
  EXPECT_EQ(made["connect"]["published"].boolean(), true) << first;
  EXPECT_EQ(made["client"]["name"].text(), made["imei"].text());
  EXPECT_EQ(made["client"]["issued"].boolean(), true);
  EXPECT_EQ(made["protection"]["unknown_ca"].text(), "refused");
  EXPECT_EQ(made["files"].size(), 3U);
  EXPECT_NE(on_modem("clientkey_").find("-----BEGIN PRIVATE KEY-----"), std::string::npos);

  const auto second = provision({"--reboot-check"});
  ASSERT_EQ(second.exit, 0) << second;
  EXPECT_EQ(device(second)["client"]["issued"].boolean(), false);
  EXPECT_EQ(device(second)["reboot_check"].boolean(), true) << second;
  EXPECT_EQ(count("valid"), 1U);

  const auto audited = box.run({"audit", "--port", modem->pty, "--json", "--deep"});
  EXPECT_EQ(audited.exit, 0) << audited;
  EXPECT_EQ(device(audited)["as_planned"].boolean(), true) << audited;

  // The key is in no file of the project.
  const auto key = on_modem("clientkey_");
  const auto line = std::string(split(key, '\n')[1]);
  const auto found = box.shell("grep -rlF -- '" + line + "' ca broker boot ledger.db* .ec200u-pki");
  EXPECT_EQ(found.out, "") << found;
}

TEST_F(Mutual, ARsaDeviceWithAnOlderKeyForm) {
  start("rsa-2048");
  const auto profile = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "templates/profiles/device.toml");
  ASSERT_TRUE(profile);
  auto text = *profile;
  const auto at = text.find("[key_usage]");
  ASSERT_NE(at, std::string::npos);
  box.write("old.toml", text.insert(at, "key_form = \"traditional\"\n\n"));
  const auto ran = provision({"--profile", "old.toml"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_EQ(device(ran)["connect"]["published"].boolean(), true) << ran;
  EXPECT_NE(on_modem("clientkey_").find("-----BEGIN RSA PRIVATE KEY-----"), std::string::npos);
}

// In both forms, read by the simulator's TLS library; the password is in no file that this writes.
TEST_F(Mutual, AKeyThatLiesOnTheModemEncrypted) {
  start("ec-p256");
  const std::string password = "0123456789abcdef-long-enough";
  box.write("password", password + "\n");
  const auto plain = provision();
  ASSERT_EQ(plain.exit, 0) << plain;
  const auto sealed = provision({"--key-password-file", "password", "--reboot-check"});
  ASSERT_EQ(sealed.exit, 0) << sealed;
  EXPECT_EQ(device(sealed)["client"]["key_encrypted"].boolean(), true) << sealed;
  EXPECT_EQ(device(sealed)["client"]["issued"].boolean(), true) << "the key that was not encrypted is replaced";
  EXPECT_EQ(device(sealed)["connect"]["published"].boolean(), true) << sealed;
  EXPECT_EQ(device(sealed)["reboot_check"].boolean(), true) << sealed;
  EXPECT_NE(on_modem("clientkey_").find("-----BEGIN ENCRYPTED PRIVATE KEY-----"), std::string::npos);
  const auto again = provision({"--key-password-file", "password"});
  ASSERT_EQ(again.exit, 0) << again;
  EXPECT_EQ(device(again)["client"]["issued"].boolean(), false) << again;
  const auto without = provision();
  EXPECT_EQ(without.exit, 2) << without;
  EXPECT_NE(without.err.find("--key-password-file"), std::string::npos) << without;
  const auto told = box.shell("grep -rlF -- '" + password + "' boot ledger.db* .ec200u-pki");
  EXPECT_EQ(told.out, "") << told;
  const auto boot = box.shell("cat boot/*.txt");
  EXPECT_NE(boot.out.find(",\"<client key password>\""), std::string::npos) << boot;
  box.write("short", "secret\n");
  const auto weak = provision({"--key-password-file", "short"});
  EXPECT_EQ(weak.exit, 4) << weak;
}

TEST_F(Mutual, AnEncryptedRsaKeyInTheOlderForm) {
  start("rsa-2048");
  const auto profile = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "templates/profiles/device.toml");
  ASSERT_TRUE(profile);
  auto text = *profile;
  box.write("old.toml", text.insert(text.find("[key_usage]"), "key_form = \"traditional\"\n\n"));
  box.write("password", "0123456789abcdef-long-enough\n");
  const auto ran = provision({"--profile", "old.toml", "--key-password-file", "password"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_EQ(device(ran)["connect"]["published"].boolean(), true) << ran;
  EXPECT_NE(on_modem("clientkey_").find("Proc-Type: 4,ENCRYPTED"), std::string::npos);
}

TEST_F(Mutual, ARotationAndAnotherName) {
  start("ec-p256");
  ASSERT_EQ(provision({"--name-from", "serial", "--serial", "SN-7"}).exit, 0);
  const auto kept = provision();
  EXPECT_EQ(device(kept)["client"]["name"].text(), "SN-7") << kept;
  const auto rotated = provision({"--rotate"});
  ASSERT_EQ(rotated.exit, 0) << rotated;
  EXPECT_EQ(device(rotated)["client"]["name"].text(), "SN-7") << rotated;
  EXPECT_EQ(device(rotated)["client"]["issued"].boolean(), true);
  EXPECT_EQ(count("valid"), 1U);
  EXPECT_EQ(count("revoked"), 1U);
  std::size_t keys = 0;
  for (const auto& entry : std::filesystem::directory_iterator(box / "state/ufs"))
    keys += entry.path().filename().string().starts_with("clientkey_") ? 1U : 0U;
  EXPECT_EQ(keys, 1U);
  EXPECT_EQ(provision({"--rotate", "--no-connect"}).exit, 2);
  EXPECT_EQ(provision({"--name-from", "uuid", "--serial", "x"}).exit, 2);
}

/// verify measures under seclevel 2 as well, which is how such a device connects.
TEST_F(Mutual, ADeviceIsProtectedOnceVerifyHasMeasuredWhatItConnectsUnder) {
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const auto before = box.run({"provision", "--port", "sim:strict", "--json"});
  EXPECT_EQ(device(before)["status"].text(), "connected-unproven") << before;
  const auto measured = box.run({"verify", "--port", "sim:strict", "--json"});
  ASSERT_EQ(measured.exit, 0) << measured;
  EXPECT_EQ(measured.json()["verdict"]["mqtt"]["mutual"]["class"].text(), "uploaded") << measured;
  EXPECT_EQ(measured.json()["verdict"]["mqtt"]["mutual"]["names_checked"].boolean(), true);
  const auto after = box.run({"provision", "--port", "sim:strict", "--json"});
  EXPECT_EQ(device(after)["status"].text(), "protected") << after;

  const auto worse = box.run({"verify", "--port", "sim:union", "--json"});
  EXPECT_EQ(worse.exit, 20) << worse;
  EXPECT_EQ(worse.json()["verdict"]["mqtt"]["mutual"]["class"].text(), "union") << worse;
}

/// A census leaves the questions under seclevel 2 to the anchors that get the full controls, and its bundle holds them.
TEST_F(Mutual, ACensusHasAVerdictUnderTheDevicesSettingsToo) {
  ASSERT_EQ(box.init({"--mutual"}).exit, 0);
  const auto ran = box.run({"verify", "--port", "sim:union", "--census", EPKI_SOURCE_DIR "/templates/replay",
                            "--repeat", "1", "--bundle", "census.tar", "--json"});
  EXPECT_EQ(ran.exit, 20) << ran;
  EXPECT_EQ(ran.json()["verdict"]["mqtt"]["mutual"]["class"].text(), "union") << ran;
  const auto again = box.run({"verify", "recheck", "census.tar"});
  EXPECT_EQ(again.exit, 0) << again;
}

TEST_F(Mutual, ALineNamesItsBoards) {
  start("ec-p256");
  box.write("job.toml",
            "format = 1\nname = \"pumps\"\nname_from = \"uuid\"\n[steps]\nmutual = true\n[label]\nto = "
            "[\"file:labels\"]\n[on_result]\ncommand = \"cat >> results\"\n");
  const auto ran = box.run({"station", "--job", "job.toml", "--ports", modem->pty, "--once", "--json"});
  ASSERT_EQ(ran.exit, 0) << ran;
  EXPECT_EQ(device(ran)["client"]["name"].text_or("").size(), 36U) << ran;
  box.write("password", "0123456789abcdef-long-enough\n");
  box.write("job.toml", "format = 1\nname = \"pumps\"\n[steps]\nmutual = true\nkey_password_file = \"password\"\n");
  const auto sealed = box.run({"station", "--job", "job.toml", "--ports", modem->pty, "--once", "--json"});
  ASSERT_EQ(sealed.exit, 0) << sealed;
  EXPECT_EQ(device(sealed)["client"]["key_encrypted"].boolean(), true) << sealed;
  EXPECT_EQ(device(sealed)["connect"]["published"].boolean(), true) << sealed;
  EXPECT_NE(on_modem("clientkey_").find("-----BEGIN ENCRYPTED PRIVATE KEY-----"), std::string::npos);
  const auto audited = [&](const std::string& power_cmd) {
    box.write("job.toml",
              "format = 1\nname = \"pumps\"\nname_from = \"uuid\"\n[steps]\nmutual = true\naudit = true\n"
              "audit_seconds = 1\n[[slot]]\nname = \"A1\"\nport = \"" +
                  modem->pty + "\"\npower_cmd = '''" + power_cmd + "'''\n");
    return box.run({"station", "--job", "job.toml", "--once", "--json"});
  };
  const auto good = audited("true");  // a product whose firmware does as it should
  EXPECT_EQ(good.exit, 0) << good;
  EXPECT_EQ(device(good)["audit"]["as_planned"].boolean(), true) << good;
  const auto bad = audited("printf 'AT+CFUN=1,1\\r' > " + modem->pty);  // one that boots and sends nothing
  EXPECT_EQ(bad.exit, 7) << bad;
  EXPECT_EQ(device(bad)["status"].text(), "failed");
  EXPECT_NE(device(bad)["error"]["what"].text_or("").find("after the product's own boot"), std::string::npos) << bad;
}

}  // namespace
}  // namespace epki::test
