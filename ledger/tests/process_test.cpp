// Two processes at once, and processes that end in the middle.
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <random>

#include "core/child.hpp"
#include "core/file.hpp"
#include "ledger/ledger.hpp"

namespace epki::ledger {
namespace {

class ProcessTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("ledger-process-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    file = folder->path() / "ledger.db";
  }

  Child writer(std::vector<std::string> words, bool pipe_input = false) {
    Child::Options options{{LEDGER_WRITER, file.string()}};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    options.pipe_input = pipe_input;
    auto child = Child::start(options);
    EXPECT_TRUE(child) << child.error().what;
    return std::move(*child);
  }

  static Deadline soon() { return after(std::chrono::seconds(30)); }

  std::optional<TemporaryFolder> folder;
  std::filesystem::path file;
  SystemClock clock;
};

TEST_F(ProcessTest, AKilledWriterLeavesWholeBatchesAndAllItReported) {
  constexpr unsigned seed = 20261122;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  std::size_t batches = 0;
  for (int round = 0; round < 8; ++round) {
    auto child = writer({"issue", "r" + std::to_string(round) + "-", "100000"});
    const auto lines = 1 + random() % 6;
    for (unsigned i = 0; i < lines; ++i) ASSERT_TRUE(*child.read_line(soon()));
    child.kill_now();  // it is writing the next batch, most likely
    const auto rest = child.read_all(soon());
    const auto reported = batches + lines + static_cast<std::size_t>(std::count(rest->begin(), rest->end(), '\n'));
    auto book = Ledger::open(file, clock);
    ASSERT_TRUE(book) << book.error().what;
    ASSERT_TRUE(book->check()) << book->check().error().what;
    const auto count = book->issued()->size();
    EXPECT_EQ(count % 20, 0U);
    batches = count / 20;
    EXPECT_GE(batches, reported);
    EXPECT_LE(batches, reported + 1) << "at most the one that was committed but not yet told";
  }
}

TEST_F(ProcessTest, AProcessKilledInsideATransactionLeavesNoTraceAndNoLock) {
  ASSERT_TRUE(Ledger::open(file, clock));
  auto holder = writer({"hold"}, true);
  ASSERT_EQ(**holder.read_line(soon()), "held");
  holder.kill_now();
  auto book = Ledger::open(file, clock, {.busy = std::chrono::milliseconds(50)});
  ASSERT_TRUE(book) << book.error().what;
  EXPECT_TRUE(book->journal_begin("1", "k", Json()));
}

TEST_F(ProcessTest, AFolderThatMayNotBeWrittenIsADiskError) {
  ASSERT_EQ(::chmod(folder->path().c_str(), 0555), 0);
  auto child = writer({"open-as-nobody"});
  const auto said = child.read_all(soon());
  EXPECT_EQ(child.wait(soon()), 1);
  EXPECT_TRUE(said->starts_with("disk: creating " + file.string())) << *said;
  ASSERT_EQ(::chmod(folder->path().c_str(), 0755), 0);
}

TEST_F(ProcessTest, AForeignLedgerIsADiskError) {
  if (::geteuid() != 0) GTEST_SKIP() << "needs a second account";
  ASSERT_TRUE(Ledger::open(file, clock));
  ASSERT_EQ(::chmod(folder->path().c_str(), 0755), 0);
  auto child = writer({"open-as-nobody"});
  const auto said = child.read_all(soon());
  EXPECT_EQ(child.wait(soon()), 1);
  EXPECT_TRUE(said->starts_with("disk: cannot open or write the ledger")) << *said;
}

}  // namespace
}  // namespace epki::ledger
