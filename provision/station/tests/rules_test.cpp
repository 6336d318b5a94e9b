#include "provision/station/rules.hpp"

#include <gtest/gtest.h>

namespace epki::station {
namespace {

config::Job job() {
  auto parsed = config::parse_job("format = 1\nname = \"j\"\nbatch = \"B2\"\n", "job.toml", "/p");
  EXPECT_TRUE(parsed);
  return *parsed;
}

const Facts fresh{.imei = "861", .firmware = "R03", .slot = "A1"};

std::string refused(const config::Job& with, const Facts& facts) {
  const auto decision = decide(with, facts);
  return decision.refused ? decision.refused->what : "";
}

TEST(Rules, ANewBoardGoesOnAndConnects) {
  const auto decision = decide(job(), fresh);
  EXPECT_FALSE(decision.refused);
  EXPECT_TRUE(decision.connect);
  EXPECT_TRUE(decision.notes.empty());
}

TEST(Rules, OneImeiInTwoSlotsIsNeverWorkedOnTwice) {
  auto facts = fresh;
  facts.slot_with_same_imei = "A2";
  EXPECT_EQ(refused(job(), facts), "IMEI 861 is in slot A2 too");
}

TEST(Rules, ASwappedBoardIsRecognisedFromEitherSide) {
  auto facts = fresh;
  facts.serial = "S2";
  facts.earlier = Earlier{.imei = "861", .batch = "B2", .serial = "S1"};
  EXPECT_NE(refused(job(), facts).find("has the serial number S1, and S2 was scanned"), std::string::npos);
  facts.earlier.reset();
  facts.serial_earlier = Earlier{.imei = "999", .serial = "S2"};
  EXPECT_NE(refused(job(), facts).find("belongs to IMEI 999"), std::string::npos);
  facts.serial_earlier->imei = "861";
  EXPECT_EQ(refused(job(), facts), "");
}

TEST(Rules, AnotherBatchIsRefusedUnlessTheJobTakesIt) {
  auto facts = fresh;
  facts.earlier = Earlier{.imei = "861", .batch = "B1", .result = "pass", .finished = "2026-11-20"};
  EXPECT_EQ(refused(job(), facts), "IMEI 861 belongs to batch B1, and this is batch B2");
  auto taking = job();
  taking.other_batch = true;
  const auto decision = decide(taking, facts);
  EXPECT_FALSE(decision.refused);
  EXPECT_EQ(decision.notes.size(), 2U);
}

TEST(Rules, ABoardThatWasCutGoesOnAndOneThatPassedIsSaid) {
  auto facts = fresh;
  facts.earlier = Earlier{.imei = "861", .batch = "B2", .state = "uploaded"};
  EXPECT_EQ(decide(job(), facts).notes.at(0), "was cut before, at \"uploaded\": goes on from there");
  facts.earlier->result = "pass";
  facts.earlier->finished = "2026-11-20";
  EXPECT_EQ(decide(job(), facts).notes.at(0), "provisioned before, on 2026-11-20");
}

TEST(Rules, FirmwareIsRefusedWarnedOfOrLet) {
  auto strict = job();
  strict.firmware = {{"R01"}, config::Others::refuse, ""};
  EXPECT_EQ(refused(strict, fresh), "firmware R03 is not on the job's list");
  strict.firmware.others = config::Others::warn;
  EXPECT_EQ(decide(strict, fresh).notes.size(), 1U);
  strict.firmware.others = config::Others::allow;
  EXPECT_TRUE(decide(strict, fresh).notes.empty());
  strict.firmware = {{"R03"}, config::Others::refuse, "uploaded"};
  EXPECT_NE(refused(strict, fresh).find("no stored verdict"), std::string::npos);
  auto facts = fresh;
  facts.verdict = "union";
  EXPECT_NE(refused(strict, facts).find("\"union\""), std::string::npos);
  facts.verdict = "uploaded";
  EXPECT_EQ(refused(strict, facts), "");
}

TEST(Rules, EveryNthBoardOfABatchIsSampledAndTheFirstOne) {
  auto sampling = job();
  sampling.steps.connect = config::Connect::sample;
  sampling.steps.sample_every = 3;
  std::string picked;
  for (std::uint64_t n = 0; n < 7; ++n) {
    auto facts = fresh;
    facts.begun_in_batch = n;
    picked += decide(sampling, facts).connect ? "c" : "-";
  }
  EXPECT_EQ(picked, "c--c--c");
  sampling.steps.connect = config::Connect::never;
  EXPECT_FALSE(decide(sampling, fresh).connect);
}

TEST(Rules, AFailedSampleHoldsTheBatchAndNothingElseDoes) {
  auto sampling = job();
  EXPECT_EQ(hold_after(sampling, true, false, "861"), "") << "every board connects: each failure is its own";
  sampling.steps.connect = config::Connect::sample;
  EXPECT_EQ(hold_after(sampling, true, false, "861"), "the sampled board with IMEI 861 failed");
  EXPECT_EQ(hold_after(sampling, false, false, "861"), "");
  EXPECT_EQ(hold_after(sampling, true, true, "861"), "");
  auto facts = fresh;
  facts.held = "the sampled board with IMEI 861 failed";
  EXPECT_EQ(refused(sampling, facts), "the batch is held: the sampled board with IMEI 861 failed");
}

TEST(Rules, ABoardThatCameBackIsIssuedAnewWhereSomebodyWantsIt) {
  config::Job job;
  job.steps.mutual = true;
  Facts facts{.imei = "8610", .firmware = "R03", .slot = "A1"};
  facts.reissue_asked = true;
  EXPECT_FALSE(decide(job, facts).reissue) << "it was never here";
  facts.earlier = Earlier{.imei = "8610"};
  EXPECT_TRUE(decide(job, facts).reissue);
  facts.reissue_asked = false;
  EXPECT_FALSE(decide(job, facts).reissue);
  job.reissue.when = config::Reissue::known;
  EXPECT_FALSE(decide(job, facts).reissue) << "it never passed";
  facts.earlier->passed_once = true;
  EXPECT_TRUE(decide(job, facts).reissue);
  job.steps.mutual = false;
  EXPECT_FALSE(decide(job, facts).reissue) << "there is no certificate";
}

}  // namespace
}  // namespace epki::station
