// A line follows a run: it may refuse a board before anything is changed, and hears only of what was proved.

#include "provision/plan/tests/fixture.hpp"

namespace epki::plan {
namespace {

using namespace testing;

class Follower final : public Watch {
 public:
  Result<Admission> identified(const ec200u::Identity& identity) override {
    imei = identity.imei;
    if (refusal) return *refusal;
    return Admission{connect, {}};
  }
  void reached(Milestone milestone) override { seen.push_back(milestone); }
  std::string imei;
  bool connect = true;
  std::optional<Error> refusal;
  std::vector<Milestone> seen;
};

class Watched : public Provision {
 protected:
  DeviceReport follow() {
    modem.heard.clear();
    at::Engine engine(modem, ec200u::unsolicited_prefixes());
    return provision(engine, "/dev/ttyTEST", wanted, options, {*ledger, clock, random, reporter, cancel, &follower});
  }
  Follower follower;
};

TEST_F(Watched, EachMilestoneIsSaidOnceInOrder) {
  const auto report = follow();
  EXPECT_STATUS(report, "connected-unproven");
  EXPECT_EQ(follower.imei, "861234567890123");
  EXPECT_EQ(follower.seen, (std::vector{Milestone::uploaded, Milestone::configured, Milestone::verified}));
  follower.seen.clear();
  (void)follow();
  EXPECT_EQ(follower.seen, (std::vector{Milestone::uploaded, Milestone::configured, Milestone::verified}))
      << "also when nothing had to be uploaded";
}

TEST_F(Watched, ARefusedBoardIsLeftAsItWas) {
  follower.refusal = Error{Errc::input, "this IMEI is in another slot too", "take it out"};
  const auto report = follow();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(report.error->what, "this IMEI is in another slot too");
  EXPECT_TRUE(follower.seen.empty());
  EXPECT_EQ(modem.count("AT+QFUPL"), 0U);
  EXPECT_EQ(modem.count("AT+QMTCFG"), 0U);
  EXPECT_TRUE(modem.files.empty());
}

TEST_F(Watched, ABoardThatIsNoSampleDoesNotConnect) {
  follower.connect = false;
  const auto report = follow();
  EXPECT_STATUS(report, "provisioned-untested");
  EXPECT_EQ(modem.count("AT+QMTOPEN"), 0U);
}

TEST_F(Watched, WhatFailedIsNotReached) {
  modem.tls = strict_tls(roots()[2], {"broker.example"});  // the broker is not the one whose root we upload
  const auto report = follow();
  EXPECT_STATUS(report, "failed");
  EXPECT_EQ(follower.seen, (std::vector{Milestone::uploaded, Milestone::configured}));
}

}  // namespace
}  // namespace epki::plan
