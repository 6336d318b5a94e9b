#include "provision/station/outbox.hpp"

#include <gtest/gtest.h>

#include "core/file.hpp"

namespace epki::station {
namespace {

struct Box : ::testing::Test {
  TemporaryFolder folder = *TemporaryFolder::make("outbox");
  std::mutex mutex;
  std::vector<std::string> delivered, troubles;
  bool reachable = true;

  std::unique_ptr<Outbox> open() {
    auto box = Outbox::open(
        folder.path() / "out",
        [this](const std::string& key, const std::string& json) -> Status {
          const std::lock_guard guard(mutex);
          if (!reachable) return Error{Errc::network, "nobody there"};
          delivered.push_back(key + " " + json);
          return success();
        },
        std::chrono::seconds(2),
        [this](std::string_view what) {
          const std::lock_guard guard(mutex);
          troubles.emplace_back(what);
        });
    EXPECT_TRUE(box);
    return *std::move(box);
  }
  static Deadline soon() { return after(std::chrono::seconds(10)); }
};

TEST_F(Box, ResultsArriveInOrderAndOnce) {
  auto box = open();
  ASSERT_TRUE(box->add("2026-1", Json::object({{"n", 1}})));
  ASSERT_TRUE(box->add("2026-2", Json::object({{"n", 2}})));
  ASSERT_TRUE(box->wait_empty(soon()));
  EXPECT_EQ(delivered, (std::vector<std::string>{"2026-1 {\"n\":1}\n", "2026-2 {\"n\":2}\n"}));
}

TEST_F(Box, WhatNobodyTookIsKeptOverARestartAndThenDelivered) {
  reachable = false;
  {
    auto box = open();
    ASSERT_TRUE(box->add("2026-1", Json::object({{"n", 1}})));
    ASSERT_TRUE(box->add("2026-1", Json::object({{"n", 9}}))) << "the same key again changes nothing";
    EXPECT_FALSE(box->wait_empty(after(std::chrono::milliseconds(50))));
    EXPECT_EQ(box->waiting(), 1U);
  }
  {
    const std::lock_guard guard(mutex);
    reachable = true;
  }
  auto box = open();
  ASSERT_TRUE(box->wait_empty(soon()));
  EXPECT_EQ(delivered, (std::vector<std::string>{"2026-1 {\"n\":1}\n"}));
  EXPECT_EQ(troubles.front(), "nobody there");
}

TEST_F(Box, ACommandGetsTheResultAndItsKey) {
  const auto out = folder.path() / "got";
  const auto deliver =
      run_command("{ echo \"$EC200U_PKI_RESULT_KEY\"; cat; } > '" + out.string() + "'", std::chrono::seconds(10));
  ASSERT_TRUE(deliver("k-1", "{\"imei\":\"1\"}"));
  EXPECT_EQ(*read_file(out), "k-1\n{\"imei\":\"1\"}");
  const auto failing = run_command("exit 3", std::chrono::seconds(10))("k", "{}");
  ASSERT_FALSE(failing);
  EXPECT_NE(failing.error().what.find("ended with 3"), std::string::npos);
}

}  // namespace
}  // namespace epki::station
