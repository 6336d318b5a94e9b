#include "provision/station/ledger_records.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"

namespace epki::station {
namespace {

struct Kept : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-27T12:00:00Z")};
  TemporaryFolder folder = *TemporaryFolder::make("records");
  ledger::Ledger book = *ledger::Ledger::open(folder.path() / "ledger.db", clock);
  LedgerRecords records{book, "north", "pumps", false, [](const Board&) -> Result<std::optional<std::string>> {
                          return std::optional<std::string>("uploaded");
                        }};

  static Tile tile(const char* imei, const char* slot = "A1", const char* serial = "") {
    Tile t;
    t.imei = imei;
    t.slot = slot;
    t.serial = serial;
    t.model = "EC200U";
    t.firmware = "R03";
    return t;
  }
  Arrived arrive(const Tile& t, bool in_other_slot = false, const char* batch = "B1") {
    auto arrived = records.arrive(t, batch, in_other_slot);
    EXPECT_TRUE(arrived) << arrived.error().what;
    return arrived ? *arrived : Arrived{};
  }
  void reach(Tile t, State state, const char* batch = "B1") {
    t.state = state;
    const auto reached = records.reached(t, batch);
    EXPECT_TRUE(reached) << reached.error().what;
  }
  void finish(Tile t, bool pass, const char* batch = "B1") {
    Outcome outcome;
    outcome.status = pass ? "protected" : "failed";
    if (!pass) outcome.error = Error{Errc::modem_refused, "file store full", "delete files"};
    t.state = pass ? State::recorded : State::configured;
    const auto finished = records.finished(t, batch, outcome);
    EXPECT_TRUE(finished) << finished.error().what;
  }
};

TEST_F(Kept, ABoardIsFollowedFromItsArrivalToItsResult) {
  const auto t = tile("861234567890123", "A1", "SN-1");
  const auto first = arrive(t);
  EXPECT_TRUE(first.begun);
  EXPECT_FALSE(first.earlier);
  for (const auto state : {State::identified, State::uploaded, State::configured, State::verified}) reach(t, state);
  finish(t, true);
  const auto last = records.last("", 10);
  ASSERT_TRUE(last) << last.error().what;
  ASSERT_EQ(last->size(), 1U);
  EXPECT_EQ(last->front().result, "pass");
  EXPECT_EQ(last->front().serial, "SN-1");
  EXPECT_EQ(records.last("8612345", 10)->size(), 1U);
  EXPECT_EQ(records.last("SN-1", 10)->size(), 1U);
  EXPECT_EQ(records.last("999", 10)->size(), 0U);
  const auto counters = records.counters("B1");
  EXPECT_EQ(counters->passed, 1U);
  EXPECT_EQ(counters->first_pass_per_mille, 1000U);
  const auto again = arrive(t);
  EXPECT_TRUE(again.begun);
  EXPECT_EQ(again.earlier->result, "pass");
}

TEST_F(Kept, WhatWasCutIsTakenUpAgainByItsOwnStationInAnySlot) {
  const auto t = tile("861234567890123");
  arrive(t);
  reach(t, State::uploaded);
  const auto same = arrive(t);
  EXPECT_TRUE(same.begun);
  EXPECT_EQ(same.earlier->state, "uploaded");
  const auto moved = arrive(tile("861234567890123", "A2"));
  EXPECT_TRUE(moved.begun) << "the power failed, and the board was plugged in elsewhere";
  EXPECT_TRUE(moved.elsewhere.empty());
}

TEST_F(Kept, AnotherSlotOrStationKeepsItsBoard) {
  arrive(tile("861234567890123"));
  const auto here = arrive(tile("861234567890123", "A2"), true);
  EXPECT_FALSE(here.begun);
  EXPECT_NE(here.elsewhere.find("A1"), std::string::npos);
  LedgerRecords south(book, "south", "pumps", false,
                      [](const Board&) -> Result<std::optional<std::string>> { return std::optional<std::string>(); });
  const auto there = south.arrive(tile("861234567890123", "S1"), "B1", false);
  ASSERT_TRUE(there);
  EXPECT_FALSE(there->begun);
  EXPECT_NE(there->elsewhere.find("north"), std::string::npos);
}

TEST_F(Kept, ASwappedBoardAndAnotherBatchAreKnownAndNotBegun) {
  const auto first = tile("861234567890123", "A1", "SN-1");
  arrive(first);
  finish(first, true);
  const auto other = arrive(tile("861234567890131", "A2", "SN-1"));
  EXPECT_FALSE(other.begun);
  ASSERT_TRUE(other.serial_earlier);
  EXPECT_EQ(other.serial_earlier->imei, "861234567890123");
  const auto batch = arrive(first, false, "B2");
  EXPECT_FALSE(batch.begun);
  EXPECT_EQ(batch.earlier->batch, "B1");
}

TEST_F(Kept, BoardsOfABatchAreCountedForSampling) {
  EXPECT_EQ(arrive(tile("861234567890001")).begun_in_batch, 0U);
  EXPECT_EQ(arrive(tile("861234567890002", "A2")).begun_in_batch, 1U);
  EXPECT_EQ(arrive(tile("861234567890002", "A2")).begun_in_batch, 1U) << "once more is no further board";
  EXPECT_EQ(arrive(tile("861234567890003", "A3"), false, "B9").begun_in_batch, 0U);
}

TEST_F(Kept, AHeldBatchIsHeldForEveryStationUntilItIsReleased) {
  ASSERT_TRUE(records.hold("B1", "the sampled board failed"));
  EXPECT_EQ(*records.held("B1"), "the sampled board failed");
  EXPECT_EQ(*records.held("B2"), "");
  LedgerRecords south(book, "south", "pumps", false,
                      [](const Board&) -> Result<std::optional<std::string>> { return std::optional<std::string>(); });
  EXPECT_EQ(*south.held("B1"), "the sampled board failed");
  ASSERT_TRUE(south.release("B1", "Li"));
  EXPECT_EQ(*records.held("B1"), "");
}

TEST_F(Kept, AFailureIsKeptWithItsCause) {
  const auto t = tile("861234567890123");
  arrive(t);
  reach(t, State::configured);
  finish(t, false);
  EXPECT_EQ(records.last("", 1)->front().cause, "file store full");
  EXPECT_EQ(records.counters("B1")->failed, 1U);
  EXPECT_EQ(records.counters("B1")->first_pass_per_mille, 0U);
}

}  // namespace
}  // namespace epki::station
