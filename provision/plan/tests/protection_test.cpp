// The two controls, and the status that comes of them and of the stored verdict.

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using namespace testing;

TEST_F(Provision, ATwinThatOpensMeansNotProtected) {
  learn("uploaded");
  modem.tls = [](const std::string& host, const std::string&) { return host == "broker.example" ? 0 : 5; };
  const auto report = run();
  EXPECT_STATUS(report, "not-protected");
  EXPECT_EQ(report.protection.unknown_ca, Protection::accepted);
  EXPECT_EQ(report.exit_code(), 1);
  EXPECT_FALSE(modem.files.contains(twin_file));
}

TEST_F(Provision, ATwinThatOpensOnlyTheSecondTimeIsStillAccepted) {
  modem.tls = [this, tries = 0](const std::string&, const std::string& ca) mutable {
    return ca == wanted.twin_pem && ++tries == 1 ? 5 : 0;
  };
  EXPECT_EQ(run().protection.unknown_ca, Protection::accepted);
}

TEST_F(Provision, ARefusalIsUntestedWhenTheRightCaFailsAfterIt) {
  learn("uploaded");
  modem.tls = [this, twin = false](const std::string&, const std::string& ca) mutable {
    twin = twin || ca == wanted.twin_pem;
    return twin ? 5 : 0;
  };
  const auto report = run();
  EXPECT_EQ(report.protection.unknown_ca, Protection::untested) << report.protection.unknown_ca_note;
  EXPECT_STATUS(report, "connected-unproven");
}

TEST_F(Provision, ARefusalIsUntestedWhenTheNameDoesNotResolveMeanwhile) {
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QMTOPEN") && modem.name_of_bound(5) == twin_file) modem.dns.clear();
  };
  const auto report = run();
  EXPECT_EQ(report.protection.unknown_ca, Protection::untested);
  EXPECT_NE(report.protection.unknown_ca_note.find("resolve"), std::string::npos) << report.protection.unknown_ca_note;
}

TEST_F(Provision, ARefusalIsUntestedWhenTcpFailsOrTheCodeNamesAnotherCause) {
  modem.on_command = [&](const std::string& command) {
    if (command.starts_with("AT+QIOPEN")) modem.tcp.clear();
    if (command.starts_with("AT+QMTOPEN")) modem.tcp = {"broker.example", address};
  };
  EXPECT_EQ(run().protection.unknown_ca, Protection::untested);
  modem.on_command = {};
  modem.tcp = {"broker.example", address};
  modem.tls = [this](const std::string&, const std::string& ca) { return ca == wanted.ca_pem ? 0 : 3; };
  EXPECT_EQ(run().protection.unknown_ca, Protection::untested);
}

TEST_F(Provision, AWrongNameThatOpensMeansNotProtected) {
  learn("uploaded");
  modem.tls = strict_tls(wanted.ca_pem, {"broker.example", address});
  const auto report = run();
  EXPECT_STATUS(report, "not-protected");
  EXPECT_EQ(report.protection.wrong_host, Protection::accepted);
}

TEST_F(Provision, DialsAnAlternateTheCertificateDoesNotCarry) {
  wanted.alternate_names = {"covered.example", "BROKER.example", "alias.example"};
  wanted.certificate_names = {"broker.example", "covered.example", address};
  modem.tcp.insert("alias.example");
  modem.tcp.insert("covered.example");
  modem.dns["alias.example"] = {address};
  const auto report = run();
  EXPECT_EQ(report.protection.alternate, "alias.example");
  EXPECT_EQ(report.protection.wrong_host, Protection::refused) << report.protection.wrong_host_note;
}

TEST_F(Provision, WithoutAnAlternateTheVerdictMustSayThatNamesAreChecked) {
  wanted.certificate_names.emplace_back(address);
  learn("uploaded", false);
  EXPECT_STATUS(run(), "connected-unproven");
  learn("uploaded", true);
  const auto report = run();
  EXPECT_STATUS(report, "protected");
  EXPECT_EQ(report.protection.wrong_host, Protection::untested);
}

TEST_F(Provision, ARefusedAlternateProvesNothingWhereNamesAreKnownNotToBeChecked) {
  // This modem fails for every address, and checks no name: verify saw that.
  const auto with_hostname = [](const char* row) {
    return Json::object({{"policy", Json::object({{"hostname", row}})}});
  };
  learn("uploaded", false, with_hostname("unchecked"));
  const auto report = run();
  EXPECT_EQ(report.protection.wrong_host, Protection::refused);
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_NE(report.sentence.find("does not check names"), std::string::npos) << report.sentence;
  learn("uploaded", false, with_hostname("unknown"));
  EXPECT_STATUS(run(), "protected");
}

TEST_F(Provision, AnOpenThatIsReportedBeforeTheHandshakeIsJudgedByMqtt) {
  learn("uploaded");
  modem.opens_early = true;
  const auto honest = run();
  EXPECT_STATUS(honest, "protected");
  EXPECT_NE(honest.protection.wrong_host_note.find("and then MQTT failed"), std::string::npos)
      << honest.protection.wrong_host_note;
  // The same words from a modem that lets everything pass.
  modem.tls = [](const std::string&, const std::string&) { return 0; };
  options.deep = true;
  const auto open = run();
  EXPECT_STATUS(open, "not-protected");
  EXPECT_EQ(open.protection.unknown_ca, Protection::accepted);
}

TEST_F(Provision, ALostAnswerOfMqttDoesNotMakeATwinRefused) {
  learn("uploaded");
  modem.tls = [](const std::string&, const std::string&) { return 0; };
  modem.on_command = [this](const std::string& command) {
    if (command.starts_with("AT+QMTOPEN") && modem.name_of_bound(5) == twin_file) modem.lost["AT+QMTCONN"] = 1;
  };
  const auto report = run();
  EXPECT_STATUS(report, "not-protected");
  EXPECT_EQ(report.protection.unknown_ca, Protection::accepted) << report.protection.unknown_ca_note;
}

TEST_F(Provision, AVerdictThatABudgetCutShortProvesNothing) {
  learn("uploaded", true, Json::object({{"untried", Json::array().push("C4-self-signed").push("C4-root-sent")}}));
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_NE(report.sentence.find("no answer to C4-self-signed and others"), std::string::npos) << report.sentence;
  learn("uploaded", true, Json::object({{"untried", Json::array()}}));
  EXPECT_STATUS(run(), "protected");
}

TEST_F(Provision, AnUnreachableAlternateIsNoAlternate) {
  modem.tcp.erase(address);
  learn("uploaded", true);
  EXPECT_STATUS(run(), "protected");
}

TEST_F(Provision, WithoutATwinNothingIsProtected) {
  learn("uploaded");
  wanted.twin_pem.clear();
  EXPECT_STATUS(run(), "connected-unproven");
}

TEST_F(Provision, TheStoredVerdictDecidesTheStatus) {
  const auto first = run();
  EXPECT_STATUS(first, "connected-unproven");
  EXPECT_NE(first.sentence.find("ec200u-pki verify --port /dev/ttyTEST"), std::string::npos);
  for (const char* bad : {"union", "built-in", "built-in-when-nothing-uploaded", "unverified", "uploaded-not-honoured"})
    EXPECT_EQ(verdict_status(bad), "not-protected") << bad;
  EXPECT_EQ(verdict_status("inconclusive"), "connected-unproven");
  EXPECT_EQ(verdict_status("uploaded"), "protected");
}

TEST_F(Provision, AVerdictOfASimulatedModemDoesNotCountOnARealPort) {
  learn("uploaded", true, Json::object({{"simulated", true}}));
  const auto real = run();
  EXPECT_STATUS(real, "connected-unproven");
  EXPECT_FALSE(real.protection.verdict);
  wanted.simulated = true;
  EXPECT_STATUS(run(), "protected");
}

TEST(Names, AreCoveredExactlyOrByOneWildcardLabel) {
  const std::vector<std::string> names{"Broker.example", "*.dev.example", "192.0.2.7"};
  for (const char* in : {"broker.EXAMPLE", "a.dev.example", "192.0.2.7"}) EXPECT_TRUE(covers(names, in)) << in;
  for (const char* out : {"dev.example", "a.b.dev.example", ".dev.example", "192.0.2.8", "xbroker.example"})
    EXPECT_FALSE(covers(names, out)) << out;
}

}  // namespace
}  // namespace epki::plan
