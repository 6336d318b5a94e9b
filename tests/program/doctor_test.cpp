// Each cause is made for real, on a simulated modem, a real broker and the project's files, and must be the one named.

#include <gtest/gtest.h>

#include <optional>

#include "core/clock.hpp"
#include "core/text.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/builder.hpp"
#include "tests/program/sandbox.hpp"

namespace epki::test {
namespace {

constexpr const char* ids[] = {"port",     "answers",     "model",       "sim",          "registered",   "pdp",
                               "clock",    "dns",         "tcp",         "file-missing", "file-corrupt", "ca-unbound",
                               "seclevel", "ssl-off",     "sni",         "settings",     "chain",        "hostname",
                               "expired",  "client-cert", "broker-auth", "not-verified"};
constexpr const char* policy = "[policy.mqtt]\nanchors = \"uploaded\"\n";

class Doctor : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(box.init({"--no-passphrase"}).exit, 0); }

  /// A modem that lives as long as the test, and knows the broker's name unless told otherwise.
  void modem_on(const std::string& persona = "", bool knows_broker = true) {
    box.write("persona.toml", persona + policy);
    modem.reset();  // two cannot share a state folder
    std::vector<std::string> words{"--persona", "persona.toml", "--state", "state"};
    if (knows_broker) words.insert(words.end(), {"--host", "broker.test=127.0.0.1"});
    modem.emplace(box.simulator(words));
  }
  void broker_on() { broker.emplace(box.broker()); }
  void provisioned(const std::string& persona = "") {
    modem_on(persona);
    broker_on();
    const auto ran = box.run({"provision", "--port", modem->pty, "--no-connect"});
    ASSERT_EQ(ran.exit, 0) << ran;
  }
  /// One command line to the modem, as somebody at a terminal would.
  void say(const std::string& line) { ASSERT_EQ(box.shell("printf '%s\\r' '" + line + "' > " + modem->pty).exit, 0); }
  std::string ca_file() {
    for (const auto& entry : std::filesystem::directory_iterator(box / "state/ufs"))
      if (entry.path().filename().string().starts_with("cacert_")) return entry.path().filename().string();
    return {};
  }
  /// Adds a line to the broker's configuration.
  void configure(const std::string& more) {
    const auto conf = read_file(box / "broker/mosquitto.conf");
    ASSERT_TRUE(conf);
    box.write("broker/mosquitto.conf", *conf + more);
  }
  void replace_in(const char* file, const std::string& what, const std::string& with) {
    auto text = read_file(box / file);
    ASSERT_TRUE(text);
    const auto at = text->find(what);
    ASSERT_NE(at, std::string::npos) << *text;
    box.write(file, text->replace(at, what.size(), with));
  }

  Ran examine() { return box.run({"doctor", "--port", modem->pty, "--json"}); }

  void expect_cause(const Ran& ran, const std::string& cause, int exit) {
    EXPECT_EQ(ran.exit, exit) << ran;
    const auto said = ran.json();
    EXPECT_EQ(said["schema"].text(), "ec200u-pki/doctor/1");
    EXPECT_EQ(said["cause"].text_or("null"), cause) << ran;
    ASSERT_EQ(said["checks"].size(), std::size(ids)) << ran;
    for (std::size_t i = 0; i < std::size(ids); ++i) {
      const auto& check = said["checks"][i];
      EXPECT_EQ(check["id"].text(), ids[i]);
      for (const char* key : {"ok", "found", "wanted", "remedy"}) EXPECT_TRUE(check.has(key)) << ids[i] << " " << key;
      if (ids[i] == cause) {
        EXPECT_EQ(check["ok"].boolean(), false) << check.dump();
        EXPECT_NE(check["found"].text_or(""), "") << check.dump();
        EXPECT_NE(check["remedy"].text_or(""), "") << check.dump();
        return;
      }
      const bool unmeasured = ids[i] == std::string_view("not-verified") && check["ok"].is_null();
      EXPECT_TRUE(unmeasured || check["ok"].boolean() == true)
          << "what comes before the cause is fine: " << check.dump();
    }
  }
  std::string found(const Ran& ran, std::string_view id) {
    const auto said = ran.json();
    for (const auto& check : said["checks"].items())
      if (check["id"].text() == id) return check["found"].text_or("");
    return {};
  }

  Sandbox box;
  std::optional<Sandbox::Modem> modem;
  std::optional<Child> broker;
};

TEST_F(Doctor, APortThatIsNotThere) {
  const auto ran = box.run({"doctor", "--port", "/dev/nonexistent", "--json"});
  expect_cause(ran, "port", 6);
  const auto said = ran.json();
  EXPECT_EQ(said["error"]["code"].text(), "modem-gone");
  EXPECT_TRUE(said["checks"][1]["ok"].is_null());
}

TEST_F(Doctor, AModemThatDoesNotAnswer) {
  modem_on("[faults]\nsilent_after_commands = 1\n");
  expect_cause(examine(), "answers", 6);
}

TEST_F(Doctor, AModemThatAnswersAndThenNoMore) {
  modem_on("[faults]\nsilent_after_commands = 14\n");
  expect_cause(examine(), "answers", 6);
}

TEST_F(Doctor, AnotherModel) {
  modem_on("[identity]\nmodel = \"SIM7600\"\n");
  expect_cause(examine(), "model", 7);
}

TEST_F(Doctor, NoSimOrALockedOne) {
  modem_on("[radio]\nsim = \"missing\"\n");
  const auto ran = examine();
  expect_cause(ran, "sim", 9);
  EXPECT_TRUE(ran.json()["checks"][4]["ok"].is_null()) << "not registered is what follows from it";
  modem_on("[radio]\nsim = \"pin\"\n");
  expect_cause(examine(), "sim", 9);
}

TEST_F(Doctor, AnUnregisteredModemIsNotDns) {
  for (const char* state : {"0", "3"}) {
    modem_on("[radio]\nregistration = " + std::string(state) + "\n", false);
    const auto ran = examine();
    expect_cause(ran, "registered", 9);
    EXPECT_TRUE(ran.json()["checks"][7]["ok"].is_null()) << ran;
  }
}

TEST_F(Doctor, NoPacketContext) {
  modem_on("[radio]\npdp = \"fails\"\n");
  expect_cause(examine(), "pdp", 9);
}

TEST_F(Doctor, AClockThatWasNeverSet) {
  provisioned();
  say("AT+CCLK=\"80/01/06,00:00:00+00\"");
  const auto ran = examine();
  expect_cause(ran, "clock", 1);
  EXPECT_NE(found(ran, "clock").find("1980-01-06"), std::string::npos) << ran;
}

TEST_F(Doctor, ANameThatDoesNotResolveIsNotTheChain) {
  modem_on("", false);
  broker_on();
  const auto ran = examine();
  expect_cause(ran, "dns", 9);
  EXPECT_TRUE(ran.json()["checks"][8]["ok"].is_null()) << ran;
}

TEST_F(Doctor, ABrokerThatIsDown) {
  modem_on();
  expect_cause(examine(), "tcp", 9);
}

TEST_F(Doctor, AFileThatIsMissing) {
  modem_on();
  broker_on();
  expect_cause(examine(), "file-missing", 1);
  ASSERT_EQ(box.run({"provision", "--port", modem->pty, "--no-connect"}).exit, 0);
  say("AT+QFDEL=\"UFS:" + ca_file() + "\"");
  const auto ran = examine();
  expect_cause(ran, "file-missing", 1);
  EXPECT_NE(found(ran, "file-missing").find("is bound to"), std::string::npos) << ran;
}

TEST_F(Doctor, AFileThatIsNotWhatWasSent) {
  provisioned();
  const auto file = "state/ufs/" + ca_file();
  const auto whole = read_file(box / file.c_str());
  ASSERT_TRUE(whole);
  modem.reset();
  for (const auto& content : {whole->substr(0, whole->size() / 2), "x" + whole->substr(1)}) {
    box.write(file, content);
    modem_on();
    expect_cause(examine(), "file-corrupt", 1);
    modem.reset();
  }
}

TEST_F(Doctor, SettingsThatARebootTook) {
  provisioned();
  say("AT+QSSLCFG=\"cacert\",1,\"\"");
  expect_cause(examine(), "ca-unbound", 1);
  say("AT+QSSLCFG=\"cacert\",1,\"UFS:" + ca_file() + "\"");
  say("AT+QSSLCFG=\"seclevel\",1,0");
  expect_cause(examine(), "seclevel", 1);
  say("AT+QSSLCFG=\"seclevel\",1,1");
  say("AT+QMTCFG=\"ssl\",0,0");
  expect_cause(examine(), "ssl-off", 1);
  say("AT+QMTCFG=\"ssl\",0,1,3");
  expect_cause(examine(), "ssl-off", 1);
  say("AT+QMTCFG=\"ssl\",0,1,1");
  say("AT+QSSLCFG=\"sni\",1,0");
  expect_cause(examine(), "sni", 1);
  say("AT+QSSLCFG=\"sni\",1,1");
  say("AT+QSSLCFG=\"ignorelocaltime\",1,1");
  expect_cause(examine(), "settings", 1);
  say("AT+QSSLCFG=\"ignorelocaltime\",1,0");
  expect_cause(examine(), "null", 0);
}

TEST_F(Doctor, ABrokerThatSpeaksOnlyWhatTheModemCannot) {
  replace_in("broker/mosquitto.conf", "tls_version tlsv1.2", "tls_version tlsv1.3");
  provisioned();
  const auto ran = examine();
  expect_cause(ran, "settings", 1);
  EXPECT_NE(found(ran, "settings").find("TLSv1.3"), std::string::npos) << ran;
}

TEST_F(Doctor, ABrokerUnderAnotherCa) {
  Sandbox other;
  ASSERT_EQ(other.init().exit, 0);
  for (const char* name : {"broker/certs/server.pem", "broker/certs/server.key"})
    std::filesystem::copy_file(other / name, box / name, std::filesystem::copy_options::overwrite_existing);
  provisioned();
  expect_cause(examine(), "chain", 1);
}

TEST_F(Doctor, AModemBoundToAnotherCa) {
  provisioned();
  Sandbox other;
  ASSERT_EQ(other.init().exit, 0);
  const auto root = read_file(other / "ca/root.pem");
  ASSERT_TRUE(root);
  box.write("state/ufs/old-root.pem", *root);
  modem.reset();
  modem_on();
  say("AT+QFLST");
  for (const char* line :
       {"AT+QSSLCFG=\"cacert\",1,\"UFS:old-root.pem\"", "AT+QSSLCFG=\"seclevel\",1,1", "AT+QSSLCFG=\"sslversion\",1,3",
        "AT+QSSLCFG=\"sni\",1,1", "AT+QSSLCFG=\"ignorelocaltime\",1,0", "AT+QMTCFG=\"ssl\",0,1,1"})
    say(line);
  const auto ran = examine();
  expect_cause(ran, "chain", 1);
  EXPECT_NE(ran.out.find("trusts another CA than the project's"), std::string::npos) << ran;
}

TEST_F(Doctor, ANameThatTheCertificateDoesNotCarry) {
  replace_in("ec200u-pki.toml", "\"broker.test\"", "\"other.test\"");
  box.write("persona.toml", policy);
  modem.emplace(box.simulator({"--persona", "persona.toml", "--host", "other.test=127.0.0.1"}));
  broker_on();
  ASSERT_EQ(box.run({"provision", "--port", modem->pty, "--no-connect"}).exit, 0);
  expect_cause(examine(), "hostname", 1);
}

TEST_F(Doctor, ACertificateThatHasExpired) {
  const auto root_pem = read_file(box / "ca/root.pem");
  const auto root_key = read_file(box / "ca/root.key");
  ASSERT_TRUE(root_pem && root_key);
  auto root = ossl::Certificate::from_pem(*root_pem);
  auto issuer_key = ossl::PrivateKey::from_pem(*root_key, nullptr);
  auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  ASSERT_TRUE(root && issuer_key && key);
  const auto now = SystemClock().now();
  const auto old = ossl::build({.subject = {{"CN", "broker.test"}},
                                .serial = std::vector<std::byte>(16, std::byte{7}),
                                .not_before = now - std::chrono::hours(48),
                                .not_after = now - std::chrono::hours(1),
                                .extensions = {{.name = "basicConstraints", .value = "CA:FALSE", .critical = true},
                                               {.name = "keyUsage", .value = "digitalSignature", .critical = true},
                                               {.name = "extendedKeyUsage", .value = "serverAuth"},
                                               {.name = "subjectAltName", .value = "DNS:broker.test"},
                                               {.name = "subjectKeyIdentifier", .value = "hash"},
                                               {.name = "authorityKeyIdentifier", .value = "keyid"}}},
                               *key, {.certificate = *root, .key = *issuer_key});
  ASSERT_TRUE(old) << old.error().what;
  box.write("broker/certs/server.pem", old->pem());
  const auto pem = key->to_pem();
  ASSERT_TRUE(pem);
  ASSERT_TRUE(replace_file(box / "broker/certs/server.key", pem->view(), 0644));
  provisioned();
  expect_cause(examine(), "expired", 1);
}

TEST_F(Doctor, ABrokerThatWantsACertificateTheModemHasNot) {
  configure("require_certificate true\ncafile " + (box / "ca/root.pem").string() + "\n");
  provisioned();
  expect_cause(examine(), "client-cert", 1);
}

TEST_F(Doctor, ABrokerThatTakesNobodyWithoutAPassword) {
  replace_in("broker/mosquitto.conf", "allow_anonymous true", "allow_anonymous false");
  provisioned();
  const auto ran = examine();
  expect_cause(ran, "broker-auth", 1);
  EXPECT_NE(found(ran, "broker-auth").find("CONNACK 5"), std::string::npos) << ran;
}

TEST_F(Doctor, Result4IsNoVerdictOnACertificate) {
  // The firmware refuses every self-signed root that was uploaded: nothing that can be seen from outside is wrong.
  box.write("persona.toml",
            "[quirks]\ntls_failure_result = 4\nlocal_failure_result = 4\n[policy.mqtt]\n"
            "self_signed_upload = \"refused\"\n");
  modem.emplace(box.simulator({"--persona", "persona.toml", "--host", "broker.test=127.0.0.1"}));
  broker_on();
  ASSERT_EQ(box.run({"provision", "--port", modem->pty, "--no-connect"}).exit, 0);
  const auto ran = examine();
  expect_cause(ran, "not-verified", 9);
  EXPECT_NE(found(ran, "not-verified").find("+QMTOPEN: 0,4"), std::string::npos) << ran;
  EXPECT_NE(found(ran, "not-verified").find("no verdict on the certificate"), std::string::npos) << ran;
  EXPECT_NE(found(ran, "not-verified").find("a TLS socket under the same context"), std::string::npos) << ran;
  EXPECT_NE(ran.out.find("ec200u-pki verify --port"), std::string::npos) << ran;
}

TEST_F(Doctor, AVerdictSettlesWhetherItIsVerified) {
  provisioned();
  const auto ran = examine();
  expect_cause(ran, "null", 0);
  const auto said = ran.json();
  EXPECT_EQ(said["connected"].boolean(), true);
  const auto firmware = said["device"]["firmware"].text_or("");
  const auto learn = [&](const std::string& verdict, const Json& detail) {
    const SystemClock clock;
    auto ledger = ledger::Ledger::open(box / "ledger.db", clock);
    ASSERT_TRUE(ledger) << ledger.error().what;
    ASSERT_TRUE(ledger->record_verdict(
        {.key = {.model = "EC200U",
                 .firmware = firmware,
                 .path = "mqtt",
                 .settings = "ciphersuite=0xffff closetimemode=0 ignorecertitem=0 ignoreinvalidcertsign=0 "
                             "ignorelocaltime=0 ignoremulticertchainverify=0 seclevel=1 session_cache=0 sni=1 "
                             "sslversion=3"},
         .verdict_class = verdict,
         .names_checked = true,
         .imei = said["device"]["imei"].text_or(""),
         .at = clock.now(),
         .detail = detail}));
  };
  learn("uploaded", Json::object({{"simulated", true}}));
  expect_cause(examine(), "null", 0);  // measured on a simulated modem: it says nothing of this port's
  learn("uploaded", Json::object());
  const auto good = examine();
  EXPECT_EQ(good.exit, 0) << good;
  const auto told = good.json();
  EXPECT_TRUE(told["cause"].is_null()) << good;
  for (const auto& check : told["checks"].items()) EXPECT_EQ(check["ok"].boolean(), true) << check.dump();
  learn("union", Json::object());
  expect_cause(examine(), "not-verified", 1);
}

TEST_F(Doctor, ChangesNothing) {
  provisioned();
  const auto before = box.run({"provision", "--port", modem->pty, "--show", "--json"});
  expect_cause(examine(), "null", 0);
  const auto after_it = box.run({"provision", "--port", modem->pty, "--show", "--json"});
  const auto was = before.json(), is = after_it.json();
  for (const char* key : {"files", "contexts", "mqtt", "space"})
    EXPECT_EQ(was["devices"][0][key].dump(), is["devices"][0][key].dump()) << key;
}

}  // namespace
}  // namespace epki::test
