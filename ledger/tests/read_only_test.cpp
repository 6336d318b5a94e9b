// A ledger where nothing can be written: an archive on a read-only medium, a folder of somebody else.

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>
#include <unistd.h>

#include <optional>

#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "ledger/snapshot.hpp"

namespace epki::ledger {
namespace {

namespace fs = std::filesystem;

constexpr uid_t nobody = 65534;

// Modes mean nothing to root: it reads as somebody else.
class AsNobody {
 public:
  AsNobody() {
    if (root_) {
      EXPECT_EQ(::seteuid(nobody), 0);
    }
  }
  ~AsNobody() {
    if (root_) {
      EXPECT_EQ(::seteuid(0), 0);
    }
  }
  AsNobody(const AsNobody&) = delete;
  AsNobody& operator=(const AsNobody&) = delete;

 private:
  const bool root_ = ::geteuid() == 0;
};

class ReadOnlyTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("ledger-read-only-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    place = folder->path() / "a place with ? and # and %41";
    fs::create_directory(place);
    file = place / "ledger.db";
    auto book = Ledger::open(file, clock);
    ASSERT_TRUE(book);
    ASSERT_TRUE(book->record_issued({certificate("01")}));
  }
  void TearDown() override { set_modes(0700, 0600); }

  static IssuedCertificate certificate(const std::string& serial) {
    return {.serial = serial,
            .issuer = "issuer",
            .kind = "device",
            .name = "name " + serial,
            .subject = "CN=" + serial,
            .sha256 = "abc" + serial,
            .not_before = archived,
            .not_after = archived + std::chrono::hours(24),
            .pem = "PEM"};
  }

  void set_modes(mode_t of_folder, mode_t of_files) const {
    for (const auto& entry : fs::directory_iterator(place)) {
      ASSERT_EQ(::chmod(entry.path().c_str(), of_files), 0);
      if (::geteuid() == 0) {
        ASSERT_EQ(::chown(entry.path().c_str(), nobody, nobody), 0);
      }
    }
    ASSERT_EQ(::chmod(place.c_str(), of_folder), 0);
    if (::geteuid() != 0) return;
    ASSERT_EQ(::chown(place.c_str(), nobody, nobody), 0);
    ASSERT_EQ(::chmod(folder->path().c_str(), 0755), 0);
  }

  Result<Ledger> open_to_read() const { return Ledger::open(file, clock, {.to_read = true}); }

  // As a cut leaves it: what was recorded last stands in the log alone.
  void leave_log(bool with_locks) {
    const auto kept = folder->path() / "kept";
    fs::create_directory(kept);
    {
      auto book = Ledger::open(file, clock);
      ASSERT_TRUE(book);
      ASSERT_TRUE(book->record_issued({certificate("02")}));
      for (const auto& entry : fs::directory_iterator(place)) fs::copy(entry.path(), kept);
    }
    for (const auto& entry : fs::directory_iterator(kept))
      fs::copy(entry.path(), place, fs::copy_options::overwrite_existing);
    if (!with_locks) fs::remove(file.string() + "-shm");
    ASSERT_GT(fs::file_size(file.string() + "-wal"), 0U);
  }

  std::optional<TemporaryFolder> folder;
  fs::path place, file;
  static inline const Instant archived = *parse_rfc3339("2026-11-22T12:00:00Z");
  ManualClock clock{archived};
};

TEST_F(ReadOnlyTest, IsReadWholeAndNothingIsLeftBesideIt) {
  set_modes(0500, 0400);
  const AsNobody reader;
  auto book = open_to_read();
  ASSERT_TRUE(book) << book.error().what;
  EXPECT_EQ(book->issued()->size(), 1U);
  const auto checked = book->check();
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_TRUE(checked->starts_with("ok, "));
  const auto copied = snapshot(*book);
  EXPECT_TRUE(copied) << copied.error().what;
  EXPECT_EQ(std::distance(fs::directory_iterator(place), {}), 1);
}

TEST_F(ReadOnlyTest, CannotBeRecordedIn) {
  set_modes(0500, 0400);
  const AsNobody reader;
  const auto refused = Ledger::open(file, clock);
  ASSERT_FALSE(refused);
  EXPECT_EQ(refused.error().code, Errc::disk);
  EXPECT_FALSE(refused.error().hint.empty());
  auto book = open_to_read();
  ASSERT_TRUE(book);
  const auto recorded = book->record_issued({certificate("02")});
  ASSERT_FALSE(recorded);
  EXPECT_EQ(recorded.error().code, Errc::disk) << recorded.error().what;
  EXPECT_EQ(book->issued()->size(), 1U);
}

TEST_F(ReadOnlyTest, AFolderAloneThatMayNotBeWrittenIsEnough) {
  set_modes(0500, 0600);
  const AsNobody reader;
  EXPECT_FALSE(Ledger::open(file, clock));
  auto book = open_to_read();
  ASSERT_TRUE(book) << book.error().what;
  EXPECT_EQ(book->issued()->size(), 1U);
}

TEST_F(ReadOnlyTest, WhatStandsInTheLogAloneIsReadToo) {
  leave_log(true);
  set_modes(0500, 0400);
  const AsNobody reader;
  auto book = open_to_read();
  ASSERT_TRUE(book) << book.error().what;
  EXPECT_EQ(book->issued()->size(), 2U);
  const auto refused = Ledger::open(file, clock);
  ASSERT_FALSE(refused) << "said when it is opened, not at the first record";
  EXPECT_EQ(refused.error().code, Errc::disk);
}

TEST_F(ReadOnlyTest, ALogThatCannotBeReadIsNoReasonToShowLess) {
  leave_log(false);
  set_modes(0500, 0400);
  const AsNobody reader;
  const auto book = open_to_read();
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().code, Errc::disk);
  EXPECT_NE(book.error().what.find("ledger.db-wal holds what was recorded last"), std::string::npos)
      << book.error().what;
  EXPECT_NE(book.error().hint.find("copy"), std::string::npos) << book.error().hint;
}

TEST_F(ReadOnlyTest, AChangeMeanwhileIsNoticed) {
  set_modes(0500, 0400);
  std::optional<Ledger> reading;
  {
    const AsNobody reader;
    auto book = open_to_read();
    ASSERT_TRUE(book);
    ASSERT_TRUE(book->issued());
    reading.emplace(*std::move(book));
  }
  set_modes(0700, 0600);
  {
    auto writing = Ledger::open(file, clock);
    ASSERT_TRUE(writing);
    ASSERT_TRUE(writing->record_issued({certificate("02")}));
  }
  const auto read = reading->issued();
  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, Errc::ledger);
  EXPECT_NE(read.error().what.find("was changed by another program"), std::string::npos) << read.error().what;
}

TEST_F(ReadOnlyTest, AnOlderLedgerSaysWhereItCanBeRead) {
  sqlite3* raw = nullptr;
  ASSERT_EQ(::sqlite3_open(file.c_str(), &raw), SQLITE_OK);
  ASSERT_EQ(::sqlite3_exec(raw, "PRAGMA user_version = 2", nullptr, nullptr, nullptr), SQLITE_OK);
  ::sqlite3_close(raw);
  set_modes(0500, 0400);
  const AsNobody reader;
  const auto book = open_to_read();
  ASSERT_FALSE(book);
  EXPECT_EQ(book.error().code, Errc::disk);
  EXPECT_NE(book.error().what.find("older"), std::string::npos) << book.error().what;
  EXPECT_NE(book.error().hint.find("copy"), std::string::npos) << book.error().hint;
}

}  // namespace
}  // namespace epki::ledger
