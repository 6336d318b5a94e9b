// A device's own certificate: made once, never without an entry in the ledger, its key nowhere but on the modem.

#include <gtest/gtest.h>

#include "ledger/certificates.hpp"
#include "ledger/key_proofs.hpp"
#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using testing::FakeModem;
using testing::noon;

constexpr const char* imei = "861234567890123";

class Mutual : public testing::Provision {
 protected:
  void SetUp() override {
    Provision::SetUp();
    wanted.mutual = true;
    issue = [this](const std::string& name, const ec200u::Identity&) { return make(name); };
    be_a_broker_for(modem);
  }

  /// Takes every certificate that is shown with its own key.
  static void be_a_broker_for(FakeModem& modem) {
    modem.takes_client = [](const std::string& certificate, const std::string& key) {
      const auto number = [](const std::string& text) { return text.substr(0, text.find('#')); };
      return !key.empty() && certificate.starts_with("-----BEGIN CERTIFICATE-----\n") &&
             number(certificate.substr(certificate.find('\n'))) == number(key.substr(key.find('\n')));
    };
  }

  Result<IssuedClient> make(const std::string& name) {
    const auto number = std::to_string(++issued);
    const auto body = "\n" + number + "#" + name;
    const auto certificate = "-----BEGIN CERTIFICATE-----" + body + "\n-----END CERTIFICATE-----\n";
    return IssuedClient{certificate,
                        Secret("-----BEGIN PRIVATE KEY-----" + body + " hush\n-----END PRIVATE KEY-----\n"),
                        ledger::IssuedCertificate{.serial = "0" + number,
                                                  .issuer = std::string(64, 'a'),
                                                  .kind = "device",
                                                  .name = name,
                                                  .subject = "CN=" + name,
                                                  .sha256 = ossl::sha256_hex(as_bytes(certificate)),
                                                  .not_before = noon,
                                                  .not_after = noon + std::chrono::hours(24 * 3650),
                                                  .pem = certificate}};
  }

  using State = ledger::CertificateStatus;
  std::vector<std::string> serials(State status) {
    ledger::Certificates certificates(*ledger);
    const auto found = certificates.list({.kind = "device", .imei = imei, .status = status});
    EXPECT_TRUE(found);
    std::vector<std::string> all;
    if (found)
      for (const auto& one : *found) all.push_back(one.certificate.serial);
    return all;
  }
  using Serials = std::vector<std::string>;

  std::size_t files_like(const std::string& beginning) const {
    return static_cast<std::size_t>(
        std::ranges::count_if(modem.files, [&](const auto& file) { return file.first.starts_with(beginning); }));
  }

  int issued = 0;
};

TEST_F(Mutual, TheFirstRunMakesACertificateAndTheSecondNone) {
  const auto first = run();
  EXPECT_STATUS(first, "connected-unproven");
  ASSERT_TRUE(first.client);
  EXPECT_EQ(first.client->name, imei);
  EXPECT_TRUE(first.client_issued);
  EXPECT_EQ(modem.ssl[1]["seclevel"], "2");
  EXPECT_EQ(modem.name_of_bound(1, "clientcert"), first.client->certificate.name);
  EXPECT_EQ(modem.name_of_bound(1, "clientkey"), first.client->key.name);
  EXPECT_EQ(serials(State::valid), Serials{"01"});
  EXPECT_EQ(first.files.size(), 3U);
  for (const auto& file : first.files) EXPECT_TRUE(file.verified) << file.name;

  const auto second = run();
  EXPECT_STATUS(second, "connected-unproven");
  EXPECT_FALSE(second.client_issued);
  EXPECT_EQ(second.client->id, first.client->id);
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_EQ(issued, 1);
  EXPECT_TRUE(ledger->journal_open_all()->empty());
}

TEST_F(Mutual, TheKeyIsSaidNowhere) {
  const auto report = run();
  const auto runs = ledger->runs(imei);
  ASSERT_TRUE(runs);
  for (const auto& text : {report.json().dump(), reporter.told, runs->back().detail.dump()})
    EXPECT_EQ(text.find("hush"), std::string::npos);
  std::string ledger_bytes;
  for (const auto& entry : std::filesystem::directory_iterator(folder->path()))
    if (const auto bytes = read_file(entry.path())) ledger_bytes += *bytes;
  EXPECT_NE(ledger_bytes.find("1#" + std::string(imei)), std::string::npos);  // the certificate is there
  EXPECT_EQ(ledger_bytes.find("hush"), std::string::npos);
}

TEST_F(Mutual, TheNameComesFromWhereItIsAskedToComeFrom) {
  wanted.name_from = NameFrom::serial;
  EXPECT_EQ(run().client->name, "MPA21K0040001234");  // what the modem tells
  wanted.serial_number = "SN-0042";
  EXPECT_EQ(run().client->name, "SN-0042");
  EXPECT_EQ(serials(State::revoked), Serials{"01"});
  EXPECT_EQ(serials(State::valid), Serials{"02"});
  wanted.serial_number.clear();
  EXPECT_EQ(run().client->name, "SN-0042");  // the name it has goes on
  EXPECT_EQ(issued, 2);
}

TEST_F(Mutual, AUuidStaysTheDevicesOwnThroughARepair) {
  wanted.name_from = NameFrom::uuid;
  const auto name = run().client->name;
  EXPECT_EQ(name.size(), 36U);
  EXPECT_EQ(name[14], '4');
  modem.files.clear();  // a new module's store, or a wiped one
  modem.power_cycle();
  const auto again = run();
  EXPECT_STATUS(again, "connected-unproven");
  EXPECT_EQ(again.client->name, name);
  EXPECT_EQ(serials(State::revoked), Serials{"01"});
  EXPECT_EQ(serials(State::valid), Serials{"02"});
}

TEST_F(Mutual, ANameThatAnotherDeviceHasIsRefused) {
  auto theirs = make("SN-0042")->row;
  theirs.imei = "869999999999999";
  ASSERT_TRUE(ledger->record_issued({theirs}));
  wanted.name_from = NameFrom::serial;
  wanted.serial_number = "SN-0042";
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_NE(report.sentence.find("869999999999999"), std::string::npos) << report.sentence;
  EXPECT_EQ(issued, 1);
  EXPECT_EQ(files_like("client"), 0U);
}

TEST_F(Mutual, ACutAtAnyByteLeavesNoCertificateThatNobodyAccountsFor) {
  wanted.certificate_names.clear();
  std::size_t cuts = 0;
  for (std::size_t cut = 0; cut < 8000; cut += 97, ++cuts) {
    auto book = ledger::Ledger::open(folder->path() / (std::to_string(cut) + ".db"), clock);
    ASSERT_TRUE(book);
    ledger.emplace(std::move(*book));
    FakeModem fresh;
    fresh.dns = modem.dns;
    fresh.tcp = modem.tcp;
    fresh.tls = modem.tls;
    be_a_broker_for(fresh);
    modem = fresh;
    modem.gone_after = cut;
    const auto first = run();
    if (first.status != DeviceStatus::failed) break;  // the cut lies behind the end
    modem.plug_in();
    const auto second = run();
    EXPECT_STATUS(second, "connected-unproven") << "cut at " << cut;
    ASSERT_EQ(serials(State::valid), Serials{second.client->id.serial}) << "cut at " << cut;
    ASSERT_EQ(files_like("clientcert_"), 1U) << "cut at " << cut;
    ASSERT_EQ(files_like("clientkey_"), 1U) << "cut at " << cut;
    EXPECT_EQ(modem.name_of_bound(1, "clientkey"), second.client->key.name);
    ASSERT_EQ(modem.violations, std::vector<std::string>{}) << "cut at " << cut;
    EXPECT_TRUE(ledger->journal_open_all()->empty()) << "cut at " << cut;
  }
  EXPECT_GT(cuts, 40U);
}

TEST_F(Mutual, ACertificateThatNeverCameIntoUseIsRevokedThoughTheNextRunFailsToo) {
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QFUPL=\"UFS:clientkey_")) modem.gone_after = 0;
  };
  EXPECT_STATUS(run(), "failed");
  modem.on_command = {};
  modem.plug_in();
  modem.takes_client = [](const std::string&, const std::string&) { return false; };
  EXPECT_STATUS(run(), "failed");
  be_a_broker_for(modem);
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(serials(State::valid), Serials{"02"});
  EXPECT_EQ(serials(State::revoked), Serials{"01"});
  EXPECT_TRUE(ledger->journal_open_all()->empty());
}

TEST_F(Mutual, ADryRunIssuesNothing) {
  options.dry_run = true;
  const auto report = run();
  EXPECT_EQ(report.status, DeviceStatus::planned) << report.sentence;
  EXPECT_EQ(issued, 0);
  EXPECT_TRUE(std::ranges::any_of(report.plan,
                                  [](const Action& a) { return describe(a).find("client") != std::string::npos; }));
}

TEST_F(Mutual, ARotationProvesTheNewPairAndThenRetiresTheOld) {
  const auto old = *run().client;
  options.rotate = true;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_NE(report.client->id, old.id);
  EXPECT_EQ(serials(State::revoked), Serials{"01"});
  EXPECT_EQ(serials(State::valid), Serials{"02"});
  EXPECT_FALSE(modem.files.contains(old.key.name));
  EXPECT_FALSE(modem.files.contains(old.certificate.name));
  EXPECT_LT(modem.index_of("AT+QMTOPEN"), modem.index_of("AT+QFDEL=\"UFS:" + old.key.name));
}

TEST_F(Mutual, ARotationThatTheBrokerRefusesGoesBack) {
  const auto old = *run().client;
  options.rotate = true;
  modem.takes_client = [&](const std::string& certificate, const std::string&) {
    return file_name_for(certificate, FileRole::client_certificate) == old.certificate.name;
  };
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(modem.name_of_bound(1, "clientcert"), old.certificate.name);
  EXPECT_EQ(modem.name_of_bound(1, "clientkey"), old.key.name);
  EXPECT_EQ(files_like("clientkey_"), 1U);
  EXPECT_EQ(serials(State::valid), Serials{"01"});
  EXPECT_EQ(serials(State::revoked), Serials{"02"});
  options.rotate = false;
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(issued, 2);
}

TEST_F(Mutual, ARebootRestoresTheDevicesOwnFiles) {
  options.reboot_check = true;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(report.reboot_check, true);
  EXPECT_EQ(modem.name_of_bound(1, "clientkey"), report.client->key.name);
}

// ---- the line's own server sees the key used ----

/// Says what it was told to have seen.
class Seen final : public Witness {
 public:
  HostPort place() const override { return {"station.example", 8884}; }
  std::string expect() override { return "epki-0123456789abcdef01"; }
  Result<Shown> shown(const std::string& client_id, Deadline) override {
    asked.push_back(client_id);
    return said;
  }
  std::vector<std::string> asked;
  Result<Shown> said = Shown{};
};

class Witnessed : public Mutual {
 protected:
  void SetUp() override {
    Mutual::SetUp();
    modem.dns["station.example"] = {testing::address};
    modem.tcp.insert("station.example");
    modem.tls = testing::strict_tls(wanted.ca_pem, {"broker.example", "station.example"});
    options.connect = false;
  }
  /// What a device shows that has the certificate with this number (see make()).
  Shown certificate(const std::string& number, const std::string& key = "k") const {
    const auto text = "-----BEGIN CERTIFICATE-----\n" + number + "#" + imei + "\n-----END CERTIFICATE-----\n";
    return {{std::string(64, 'a'), "0" + number}, ossl::sha256_hex(as_bytes(text)), key, {}};
  }
  DeviceReport prove() {
    modem.heard.clear();
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    return provision(engine, "/dev/ttyTEST", wanted, options,
                     {*ledger, clock, random, reporter, cancel, nullptr, issue, &witness});
  }
  Seen witness;
};

TEST_F(Witnessed, TheKeyIsProvedLastAndInEveryRun) {
  witness.said = certificate("1");
  const auto first = prove();
  EXPECT_STATUS(first, "provisioned-untested");
  EXPECT_EQ(first.proved_at, "station.example:8884");
  EXPECT_EQ(witness.asked, std::vector<std::string>{"epki-0123456789abcdef01"});
  EXPECT_EQ(modem.count("AT+QMTOPEN=0,\"station.example\",8884"), 1U);
  EXPECT_EQ(modem.count("AT+QMTCONN=0,\"epki-0123456789abcdef01\""), 1U);
  EXPECT_EQ(prove().proved_at, "station.example:8884") << "also where nothing else is to do";
  EXPECT_EQ(ledger::KeyProofs(*ledger).of(imei)->size(), 2U);
}

TEST_F(Witnessed, AModemThatShowsSomethingElseIsRefused) {
  const auto told = [&](const Shown& shown) {
    witness.said = shown;
    const auto report = prove();
    EXPECT_STATUS(report, "failed");
    EXPECT_EQ(report.proved_at, "");
    return report.error ? report.error->what : std::string();
  };
  EXPECT_NE(told({}).find("showed no certificate"), std::string::npos);
  auto strange = certificate("1");
  strange.problem = "unable to get local issuer certificate";
  EXPECT_NE(told(strange).find("unable to get local issuer certificate"), std::string::npos);
  EXPECT_NE(told(certificate("9")).find("certificate 09 is not in the ledger"), std::string::npos);
  witness.said = certificate("1", "one key");
  EXPECT_STATUS(prove(), "provisioned-untested");
  modem.imei = "861234567890999";  // a second modem with a copy of all files
  EXPECT_NE(told(certificate("1", "one key")).find("was issued for IMEI 861234567890123"), std::string::npos);
}

TEST_F(Witnessed, AnAcceptorThatIsNotReachedIsToldApartFromOneThatIsNotTrusted) {
  witness.said = certificate("1");
  modem.tcp.erase("station.example");
  auto report = prove();
  EXPECT_STATUS(report, "failed");
  EXPECT_NE(report.error->what.find("is not reached"), std::string::npos) << report.error->what;
  modem.tcp.insert("station.example");
  modem.tls = testing::strict_tls(wanted.ca_pem, {"broker.example"});
  report = prove();
  EXPECT_STATUS(report, "failed");
  EXPECT_NE(report.error->what.find("TLS is not established"), std::string::npos) << report.error->what;
}

// ---- a board that came back ----

class Returned final : public Watch {
 public:
  Result<Admission> identified(const ec200u::Identity&) override {
    return Admission{true, {}, ledger::RevocationReason::key_compromise};
  }
  void reached(Milestone) override {}
};

TEST_F(Mutual, ABoardThatCameBackGetsANewCertificateAndTheOldIsRevokedWithTheReason) {
  EXPECT_STATUS(run(), "connected-unproven");
  Returned returned;
  at::Engine engine(modem, ec200u::unsolicited_prefixes());
  const auto again =
      provision(engine, "/dev/ttyTEST", wanted, options, {*ledger, clock, random, reporter, cancel, &returned, issue});
  EXPECT_STATUS(again, "connected-unproven");
  EXPECT_TRUE(again.client_issued);
  EXPECT_EQ(serials(State::valid), Serials{"02"});
  EXPECT_EQ(serials(State::revoked), Serials{"01"});
  ledger::Certificates certificates(*ledger);
  const auto old = *certificates.by_id({std::string(64, 'a'), "01"});
  ASSERT_TRUE(old && old->revoked);
  EXPECT_EQ(old->revoked->reason, ledger::RevocationReason::key_compromise);
  EXPECT_EQ(files_like("clientkey_"), 1U) << "the old key is not left on the modem";
}

}  // namespace
}  // namespace epki::plan
