// Many threads that record at the same moment: their events go into one transaction, and a refusal is its own thread's alone.

#include <gtest/gtest.h>

#include <atomic>
#include <latch>
#include <thread>
#include <vector>

#include "core/file.hpp"
#include "core/clock.hpp"
#include "ledger/batches.hpp"
#include "ledger/ledger.hpp"

namespace epki::ledger {
namespace {

const Instant midday = *parse_rfc3339("2026-11-22T12:00:00Z");
constexpr int threads = 24, rounds = 8;

IssuedCertificate of_serial(const std::string& serial) {
  return {serial, "issuer", "device", serial, "CN=" + serial, "abc", midday, midday + std::chrono::hours(24), "PEM"};
}

TEST(Together, ARefusalIsItsOwnThreadsAlone) {
  auto folder = TemporaryFolder::make("ledger-together-test");
  ASSERT_TRUE(folder);
  ManualClock clock{midday};
  auto book = Ledger::open(folder->path() / "ledger.db", clock);
  ASSERT_TRUE(book) << book.error().what;
  Batches batches(*book);
  const auto batch = batches.begin("first", "list", 1);
  ASSERT_TRUE(batch) << batch.error().what;
  auto writer = batches.writer(*batch);
  ASSERT_TRUE(writer) << writer.error().what;
  // Holds the ledger, so that the threads queue up behind it.
  ASSERT_TRUE(writer->add(of_serial("first")));

  std::atomic<int> won{0}, refused{0}, lost{0};
  std::latch ready(threads);
  std::vector<std::jthread> all;
  all.reserve(threads);
  for (int t = 0; t < threads; ++t)
    all.emplace_back([&, t] {
      ready.count_down();
      for (int round = 0; round < rounds; ++round) {
        // In each round one of them has the serial, and each has one of its own.
        const auto shared = book->record_issued({of_serial("round" + std::to_string(round))});
        (shared ? won : refused) += 1;
        if (!shared && shared.error().what.find("is recorded already") == std::string::npos) lost += 1;
        if (!book->record_issued({of_serial(std::to_string(t) + "x" + std::to_string(round))})) lost += 1;
        if (!book->record_run({std::to_string(t), "m", "f", "p", "failed", Json()})) lost += 1;
      }
    });
  ready.wait();
  ASSERT_TRUE(writer->commit(1));
  all.clear();
  EXPECT_EQ(won, rounds);
  EXPECT_EQ(refused, (threads - 1) * rounds);
  EXPECT_EQ(lost, 0);
  EXPECT_EQ(book->issued()->size(), static_cast<std::size_t>(1 + rounds + threads * rounds));
  EXPECT_EQ(book->runs("7")->size(), static_cast<std::size_t>(rounds));
  const auto events = 2 + rounds + 2 * threads * rounds;  // a refused one leaves no event
  EXPECT_TRUE(book->check()->starts_with("ok, " + std::to_string(events) + " events")) << *book->check();
}

}  // namespace
}  // namespace epki::ledger
