#include "provision/station/line.hpp"

#include <gtest/gtest.h>

#include "provision/station/tests/fakes.hpp"

namespace epki::station {
namespace {

config::Job two_slots(std::string_view more = "") {
  auto parsed =
      config::parse_job("format = 1\nname = \"pumps\"\nbatch = \"B1\"\n" + std::string(more) +
                            "[[slot]]\nname = \"A1\"\nport = \"p1\"\n[[slot]]\nname = \"A2\"\nport = \"p2\"\n",
                        "job.toml", "/p");
  EXPECT_TRUE(parsed) << parsed.error().what;
  return *parsed;
}

struct Floor : ::testing::Test {
  ManualClock clock{*parse_rfc3339("2026-11-27T12:00:00Z")};
  SilentReporter reporter;
  Cancel cancel;
  FakeRecords records;
  std::map<std::string, Socket> sockets;
  std::vector<std::string> told;
  std::mutex told_mutex;
  std::unique_ptr<Line> line;

  void open(config::Job job) {
    for (const auto& slot : job.slots) sockets[slot.name];
    line = std::make_unique<Line>(
        std::move(job), Line::World{clock, reporter, cancel, records},
        [this](const config::JobSlot& slot) -> Result<std::unique_ptr<Bench>> {
          return std::unique_ptr<Bench>(std::make_unique<FakeBench>(sockets.at(slot.name)));
        },
        [this](const Tile& tile, const Outcome& outcome) -> Result<std::string> {
          const std::lock_guard guard(told_mutex);
          told.push_back(tile.imei + (outcome.passed() ? " pass" : " fail"));
          return std::string("printed");
        });
  }
  void TearDown() override {
    cancel.request();
    for (auto& [name, socket] : sockets) socket.close();
    line.reset();
  }
  // The first snapshot in which `holds` is true; a line that never gets there fails the test instead of hanging it.
  Snapshot when(const std::function<bool(const Snapshot&)>& holds) {
    const auto by = after(std::chrono::seconds(20));
    Snapshot now = line->snapshot();
    while (!holds(now) && std::chrono::steady_clock::now() < by) now = line->wait_newer(now.version, by);
    EXPECT_TRUE(holds(now)) << now.json().dump();
    return now;
  }
  Snapshot when_light(std::size_t slot, Light light) {
    return when([&](const Snapshot& s) { return s.tiles.at(slot).light == light; });
  }
};

TEST_F(Floor, ABoardRunsThroughAllStatesAndTheSlotEmptiesWhenItIsTakenOut) {
  open(two_slots());
  line->start();
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  const auto done = when_light(0, Light::pass);
  EXPECT_EQ(done.tiles[0].imei, "861");
  EXPECT_EQ(done.tiles[0].state, State::recorded);
  EXPECT_EQ(done.tiles[1].light, Light::idle);
  EXPECT_EQ(records.states, (std::vector<std::string>{"identified", "uploaded", "configured", "verified"}));
  when([](const Snapshot& s) { return s.counters.passed == 1; });
  sockets.at("A1").unplug();
  const auto empty = when_light(0, Light::idle);
  EXPECT_EQ(empty.tiles[0].imei, "");
  EXPECT_EQ(empty.tiles[0].boards, 1U);
}

TEST_F(Floor, AFailureShowsCauseAndRemedyAndIsTriedAgainOnRequest) {
  open(two_slots());
  line->start();
  sockets.at("A1").plug(
      {.board = {"861", "EC200U", "R03"}, .error = Error{Errc::modem_refused, "file store full", "delete files"}});
  const auto failed = when_light(0, Light::fail);
  EXPECT_EQ(failed.tiles[0].cause, "file store full");
  EXPECT_EQ(failed.tiles[0].remedy, "delete files");
  EXPECT_EQ(failed.tiles[0].code, "modem-refused");
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  EXPECT_TRUE(line->retry("A1"));
  when_light(0, Light::pass);
  EXPECT_FALSE(line->retry("A9"));
  EXPECT_FALSE(line->retry("A2")) << "an empty slot has nothing to do again";
}

TEST_F(Floor, OneSlowBoardHoldsNoOtherUp) {
  open(two_slots());
  line->start();
  sockets.at("A1").hold_work();
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  when([](const Snapshot& s) { return s.tiles[0].state == State::configured; });
  for (int i = 0; i < 3; ++i) {
    sockets.at("A2").plug({.board = {"90" + std::to_string(i), "EC200U", "R03"}});
    when_light(1, Light::pass);
    sockets.at("A2").unplug();
    when_light(1, Light::idle);
  }
  EXPECT_EQ(line->snapshot().tiles[0].light, Light::working);
  sockets.at("A1").go();
  when_light(0, Light::pass);
}

TEST_F(Floor, TheSameImeiInTwoSlotsIsRefusedInTheSecond) {
  open(two_slots());
  line->start();
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  when_light(0, Light::pass);
  sockets.at("A2").plug({.board = {"861", "EC200U", "R03"}});
  EXPECT_EQ(when_light(1, Light::fail).tiles[1].cause, "IMEI 861 is in slot A1 too");
}

TEST_F(Floor, AScannedSerialNumberIsBoundToTheBoardInItsSlot) {
  open(two_slots());
  line->start();
  ASSERT_TRUE(line->scanned("A1", "S-17"));
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  EXPECT_EQ(when_light(0, Light::pass).tiles[0].serial, "S-17");
  EXPECT_EQ(records.owner_of("S-17"), "861");
  EXPECT_EQ(sockets.at("A1").last_task->serial, "S-17");
  EXPECT_FALSE(line->scanned("A1", ""));
  EXPECT_FALSE(line->scanned("B7", "x"));
}

TEST_F(Floor, AWedgedModemIsSwitchedOffAndOnOnce) {
  open(two_slots());
  line->start();
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}, .hangs_until_power = true});
  EXPECT_EQ(when_light(0, Light::pass).tiles[0].notes.at(0), "its power was switched off and on");
}

TEST_F(Floor, WhatCannotBeWrittenDownIsNoPass) {
  open(two_slots());
  records.disk_full = true;
  line->start();
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  const auto failed = when_light(0, Light::fail);
  EXPECT_EQ(failed.tiles[0].code, "ledger");
  EXPECT_EQ(failed.counters.passed, 0U);
}

TEST_F(Floor, AFailedSampleHoldsTheBatchUntilSomebodyWithANameReleasesIt) {
  open(two_slots("[steps]\nconnect = \"sample\"\nsample_every = 2\n"));
  line->start();
  sockets.at("A1").plug(
      {.board = {"861", "EC200U", "R03"}, .error = Error{Errc::network, "broker not reached", "check it"}});
  when([](const Snapshot& s) { return !s.held.empty(); });
  sockets.at("A2").plug({.board = {"862", "EC200U", "R03"}});
  EXPECT_NE(when_light(1, Light::fail).tiles[1].cause.find("the batch is held"), std::string::npos);
  EXPECT_EQ(records.samples, std::vector<std::string>{"861"}) << "what was picked is recorded";
  EXPECT_FALSE(line->release()) << "nobody said who";
  ASSERT_TRUE(line->operator_is("Li"));
  ASSERT_TRUE(line->release());
  EXPECT_EQ(records.released_by, "Li");
  ASSERT_TRUE(line->retry("A2"));
  when_light(1, Light::pass);
}

TEST_F(Floor, OnceRunsEverySlotAndEnds) {
  open(two_slots());
  sockets.at("A1").plug({.board = {"861", "EC200U", "R03"}});
  const auto results = line->run_once();
  ASSERT_EQ(results.size(), 2U);
  EXPECT_TRUE(results[0].second.passed());
  EXPECT_EQ(results[0].second.device["status"].text(), "protected");
  EXPECT_FALSE(results[1].second.passed());
  EXPECT_EQ(results[1].second.error->code, Errc::modem_gone);
  EXPECT_EQ(told, (std::vector<std::string>{"861 pass"}));
}

TEST_F(Floor, CancelEndsTheWorkersWhileSlotsAreEmpty) {
  open(two_slots());
  line->start();
  cancel.request();
  line.reset();  // joins; a worker that did not end would hang here and the test's time limit say so
  SUCCEED();
}

}  // namespace
}  // namespace epki::station
