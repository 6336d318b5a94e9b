// Sudden ends at random moments: of the program, and of the database under it.
#include <algorithm>
#include <random>
#include <set>

#include "core/child.hpp"
#include "ledger/certificates.hpp"
#include "ledger/devices.hpp"
#include "ledger/tests/both.hpp"

namespace epki::ledger {
namespace {

class KillTest : public BothTest {
 protected:
  static Deadline soon() { return after(std::chrono::seconds(60)); }

  std::string place() const { return on_postgres() ? url : file.string(); }

  Child writer(std::vector<std::string> words) {
    Child::Options options{{LEDGER_WRITER, place()}};
    options.argv.insert(options.argv.end(), words.begin(), words.end());
    auto child = Child::start(options);
    EXPECT_TRUE(child) << child.error().what;
    return std::move(*child);
  }

  // Notes what a line of the writer says; an unexpected one fails the test.
  void hear(const std::string& line) {
    if (line.starts_with("serial ")) {
      EXPECT_TRUE(serials.insert(line.substr(7)).second) << "a serial twice";
    } else if (line.starts_with("device ")) {
      devices.insert(line.substr(7));
    } else {
      ADD_FAILURE() << line;
    }
  }

  void hear_all(Child& child) {
    for (;;) {
      const auto line = child.read_line(soon());
      ASSERT_TRUE(line) << line.error().what;
      if (!*line) return;
      hear(**line);
    }
  }

  // Every device once, every serial that left the process known, everything whole.
  void expect_whole(std::size_t count, const std::filesystem::path& journal = {}) {
    auto book = open({.local_journal = journal});  // what waits there is merged on opening
    const auto checked = book.check();
    ASSERT_TRUE(checked) << checked.error().what;
    const auto all = *Devices(book).list({});
    EXPECT_EQ(all.size(), count);
    for (const auto& device : all) {
      EXPECT_EQ(device.passes, 1) << device.imei;
      EXPECT_TRUE(devices.contains(device.imei));
    }
    const auto issued = *book.issued();
    std::set<std::string> known;
    for (const auto& certificate : issued)
      EXPECT_TRUE(known.insert(certificate.serial).second) << "a serial twice: " << certificate.serial;
    for (const auto& serial : serials) EXPECT_TRUE(known.contains(serial)) << "unknown to the ledger: " << serial;
  }

  std::set<std::string> serials, devices;
};
EPKI_ON_BOTH(KillTest);

TEST_P(KillTest, AStationThatIsKilledGoesOnWhereItWas) {
  constexpr unsigned seed = 4711;
  constexpr int count = 40;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  for (int round = 0; round < 8; ++round) {
    auto child = writer({"line", "line-1", std::to_string(count)});
    const auto lines = 1 + random() % 20;
    for (unsigned i = 0; i < lines; ++i) {
      const auto line = child.read_line(soon());
      ASSERT_TRUE(line) << line.error().what;
      if (!*line) break;
      hear(**line);
    }
    child.kill_now();
    hear_all(child);
  }
  auto child = writer({"line", "line-1", std::to_string(count)});
  hear_all(child);
  EXPECT_EQ(child.wait(soon()), 0);
  expect_whole(count);
}

TEST_P(KillTest, TwoProcessesThatIssueAtOnceNeverClash) {
  auto one = writer({"issue", "a", "25"});
  auto two = writer({"issue", "b", "25"});
  const auto said_one = one.read_all(soon()), said_two = two.read_all(soon());
  EXPECT_EQ(one.wait(soon()), 0) << *said_one;
  EXPECT_EQ(two.wait(soon()), 0) << *said_two;
  auto book = open();
  EXPECT_EQ(book.issued()->size(), 1000U);
  const auto checked = book.check();
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_TRUE(checked->starts_with("ok, 50 events")) << *checked;
}

TEST_P(KillTest, ALockHeldTooLongIsSaidAndAnotherOneEndsWithItsProcess) {
  open();
  Child::Options options{{LEDGER_WRITER, place(), "hold"}};
  options.pipe_input = true;
  auto holder = Child::start(options);
  ASSERT_TRUE(holder);
  ASSERT_EQ(**holder->read_line(soon()), "held");
  auto hasty = open({.busy = std::chrono::milliseconds(100)});
  const auto refused = hasty.journal_begin("1", "k", Json());
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::ledger);
  EXPECT_NE(refused.error().what.find("stays locked by another program"), std::string::npos) << refused.error().what;
  EXPECT_TRUE(hasty.issued()) << "reading goes on";
  holder->kill_now();
  holder->wait(soon());
  EXPECT_TRUE(open().journal_begin("1", "k", Json()));
}

TEST_P(KillTest, TheDatabaseMayBeKilledUnderALine) {
  if (!on_postgres()) GTEST_SKIP() << "a file cannot be killed";
  constexpr unsigned seed = 815;
  constexpr int count = 40;
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937 random(seed);
  const auto journal = folder->path() / "journal.db";
  auto child = writer({"line", "line-1", std::to_string(count), journal.string()});
  for (int round = 0; round < 4; ++round) {
    const auto lines = 1 + random() % 15;
    for (unsigned i = 0; i < lines; ++i) {
      const auto line = child.read_line(soon());
      ASSERT_TRUE(line) << line.error().what;
      if (!*line) break;
      hear(**line);
    }
    server->kill();
    // It goes on meanwhile.
    for (unsigned i = 0; i < random() % 6; ++i) {
      const auto line = child.read_line(soon());
      ASSERT_TRUE(line) << line.error().what;
      if (!*line) break;
      hear(**line);
    }
    ASSERT_TRUE(server->start());
  }
  hear_all(child);
  EXPECT_EQ(child.wait(soon()), 0);
  expect_whole(count, journal);
}

}  // namespace
}  // namespace epki::ledger
