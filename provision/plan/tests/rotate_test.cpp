// Another root beside the old one; and what a modem is asked again when it did not answer.

#include <gtest/gtest.h>

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using testing::Provision;
using testing::roots;
using testing::strict_tls;

class Rotate : public Provision {
 protected:
  void SetUp() override {
    Provision::SetUp();
    ASSERT_EQ(word(run().status), "connected-unproven");
    wanted.ca_pem = roots()[2];
    options.rotate = true;
  }
};

TEST_F(Rotate, ANewRootThatConnectsReplacesTheOld) {
  modem.tls = strict_tls(roots()[2], {"broker.example"});
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.name_of_bound(1), file_name_for(roots()[2]));
  EXPECT_FALSE(modem.files.contains(ca_file));
  EXPECT_LT(modem.index_of("AT+QMTOPEN"), modem.index_of("AT+QFDEL=\"UFS:" + ca_file));
}

TEST_F(Rotate, ANewRootThatDoesNotConnectLeavesTheOldBound) {
  const auto report = run();  // the broker is still the old root's
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
  EXPECT_TRUE(modem.files.contains(ca_file));
  EXPECT_FALSE(modem.files.contains(file_name_for(roots()[2])));
  EXPECT_FALSE(report.warnings.empty());
}

TEST_F(Rotate, NeedsAConnection) {
  options.connect = false;
  EXPECT_EQ(run().exit_code(), 2);
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
}

TEST_F(Provision, AContextWhoseSettingWentUnansweredIsReadAgainBeforeItIsUsed) {
  const auto reads = [&] { return modem.count("AT+QSSLCFG=\"sslversion\",1"); };
  ASSERT_EQ(word(run().status), "connected-unproven");
  const auto usual = reads();
  modem.unanswered["AT+QSSLCFG=\"sni\",1,1"] = 1;
  options.deep = true;  // a second run that reads alone writes no setting
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(report.warnings.size(), 1U);
  EXPECT_EQ(reads(), usual + 1);
  EXPECT_EQ(modem.ssl[1]["sni"], "1");
}

TEST_F(Provision, ASettingThatIsLostAgainAndAgainIsReadBeforeItIsWrittenOnceMore) {
  modem.lost["AT+QSSLCFG=\"sni\",1,1"] = 2;
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(modem.count("AT+QSSLCFG=\"sni\",1,1"), 3U);
  EXPECT_EQ(modem.ssl[1]["sni"], "1");
  EXPECT_EQ(report.warnings.size(), 1U);
}

TEST_F(Provision, ALateEffectOfAnUnansweredSettingIsSeenBeforeMqttIsBound) {
  modem.unanswered["AT+QSSLCFG=\"seclevel\",1,1"] = 1;
  bool undone = false;
  modem.on_command = [&](const std::string& command) {
    // After everything was written and read once, the context changes behind our back.
    if (command == "AT+QSSLCFG=\"cacert\",1" && modem.ssl[1]["sni"] == "1" && !undone) {
      undone = true;
      modem.ssl[1]["seclevel"] = "0";
    }
  };
  const auto report = run();
  ASSERT_TRUE(undone);
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(modem.count("AT+QMTOPEN"), 0U);
}

TEST_F(Provision, AFileIsSafeOnceItWasReadBackAfterARestart) {
  EXPECT_FALSE(run().files.front().safe);
  options.reboot_check = true;
  EXPECT_TRUE(run().files.front().safe);
  options.reboot_check = false;
  EXPECT_TRUE(run().files.front().safe) << "known from the ledger";
  options.deep = true;
  EXPECT_TRUE(run().files.front().safe) << "and not less for being read again";
}

TEST_F(Provision, ASecondCaInTheContextIsSaidAndIsNotProtected) {
  learn("uploaded");
  modem.files["other.pem"] = roots()[2];
  modem.ssl[1]["cacertex"] = "UFS:other.pem";
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_NE(report.sentence.find("cacertex"), std::string::npos) << report.sentence;
  EXPECT_EQ(report.warnings.size(), 2U);  // the binding, and a file that is none of ours
  EXPECT_TRUE(modem.files.contains("other.pem"));
}

}  // namespace
}  // namespace epki::plan
