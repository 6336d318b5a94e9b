// The root of the day after: on the modem from the first run on, bound to nothing, and never taken for the one in use.

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using namespace testing;

class Standby : public Provision {
 protected:
  void SetUp() override {
    Provision::SetUp();
    wanted.standby_pem = roots()[2];
    file = file_name_for(wanted.standby_pem);
  }
  const FileReport& reported(const DeviceReport& report) const {
    static const FileReport none;
    const auto at = std::ranges::find(report.files, file, &FileReport::name);
    return at == report.files.end() ? none : *at;
  }
  std::string file;
};

TEST_F(Standby, IsUploadedAndReadBackAndBoundToNothing) {
  const auto report = run();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(modem.files.at(file), wanted.standby_pem);
  EXPECT_TRUE(reported(report).verified);
  for (int context = 0; context <= 5; ++context) EXPECT_NE(modem.name_of_bound(context), file) << context;
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
  ASSERT_TRUE(report.boot);
  EXPECT_EQ(boot_text(*report.boot).find(file), std::string::npos);
}

TEST_F(Standby, StaysWhereItIs) {
  (void)run();
  const auto again = run();
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_TRUE(reported(again).verified);
  EXPECT_EQ(reported(again).evidence, "known from an earlier read-back");
  EXPECT_EQ(modem.files.at(file), wanted.standby_pem);
}

TEST_F(Standby, IsBroughtToAModemThatHasTheRootAlready) {
  wanted.standby_pem.clear();
  (void)run();
  wanted.standby_pem = roots()[2];
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.files.at(file), wanted.standby_pem);
}

TEST_F(Standby, IsReplacedWhereItIsBroken) {
  modem.files[file] = wanted.standby_pem.substr(0, 90);
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.files.at(file), wanted.standby_pem);
}

TEST_F(Standby, TakesTheOldOnesPlaceWithoutAnUpload) {
  (void)run();
  const auto old_file = ca_file;
  wanted.ca_pem = wanted.standby_pem;
  wanted.standby_pem.clear();
  wanted.twin_pem.clear();
  modem.tls = strict_tls(wanted.ca_pem, {"broker.example"});
  EXPECT_STATUS(run(), "connected-unproven");
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_EQ(modem.name_of_bound(1), file);
  EXPECT_FALSE(modem.files.contains(old_file));
}

TEST_F(Standby, ThatIsTheRootItselfIsNoSecondFile) {
  wanted.standby_pem = wanted.ca_pem;
  EXPECT_EQ(run().files.size(), 1U);
}

TEST_F(Standby, StopsTheRunWhereItCannotBeStored) {
  wanted.twin_pem.clear();
  (void)run();
  wanted.standby_pem = roots()[1];
  modem.cut_uploads = 9;
  const auto report = run();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(modem.name_of_bound(1), ca_file);
}

}  // namespace
}  // namespace epki::plan
