// A ledger of the first version becomes one of this program, and its chain still holds.
#include <gtest/gtest.h>
#include <sqlite3.h>

#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "ledger/schema.hpp"
#include "ledger/tests/both.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {
namespace {

class MigrationTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("ledger-migration-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    file = folder->path() / "ledger.db";
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    run("PRAGMA journal_mode = WAL; PRAGMA foreign_keys = ON");
    run(schema_step_1.sql);
    run("PRAGMA user_version = 1; PRAGMA application_id = " + std::to_string(application_id));
  }
  void TearDown() override { sqlite3_close(raw); }

  void run(const std::string& sql) {
    ASSERT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw) << "\n"
                                                                                    << sql;
  }

  // As the first version wrote it: the documented format 1. `rows` as the chain hashes them, `insert` as SQL.
  void write_event(const std::string& kind, const std::string& detail, const std::string& rows,
                   const std::string& insert) {
    const auto number = std::to_string(++events);
    const std::string at = "2026-11-01T10:00:00Z";
    const auto digest = ossl::sha256_hex(as_bytes(rows));
    const auto hash =
        ossl::sha256_hex(as_bytes(last + "\n" + number + "\n" + at + "\n" + kind + "\n" + digest + "\n" + detail));
    run("BEGIN; " + insert + "; INSERT INTO event VALUES (" + number + ", '" + at + "', '" + kind + "', '" + digest +
        "', '" + detail + "', '" + hash + "'); COMMIT");
    last = hash;
  }

  static std::string hashed(const std::string& table, const std::vector<std::string>& columns) {
    std::string row = table;
    for (const auto& column : columns) row += " " + std::to_string(column.size()) + ":" + column;
    return row + "\n";
  }

  void write_history() {
    write_event(
        "issued", "{}",
        hashed("certificate",
               {"1", "iss", "01", "device", "n", "CN=n", "ab", "2026-11-01T00:00:00Z", "2027-11-01T00:00:00Z", "PEM"}),
        "INSERT INTO certificate VALUES (1, 1, 'iss', '01', 'device', 'n', 'CN=n', 'ab', '2026-11-01T00:00:00Z',"
        " '2027-11-01T00:00:00Z', 'PEM')");
    const std::string detail = R"({"file":"twin.pem"})";
    write_event("journal-begin", "{}", hashed("journal", {"1", "8610", "twin-upload", "2026-11-01T10:00:00Z", detail}),
                "INSERT INTO journal VALUES (1, 2, '8610', 'twin-upload', '2026-11-01T10:00:00Z', '" + detail + "')");
    write_event("journal-begin", "{}", hashed("journal", {"2", "8610", "verify-setting", "2026-11-01T10:00:00Z", "{}"}),
                "INSERT INTO journal VALUES (2, 3, '8610', 'verify-setting', '2026-11-01T10:00:00Z', '{}')");
    write_event("journal-end", "{}", hashed("journal_end", {"1", "1"}), "INSERT INTO journal_end VALUES (1, 4, 1)");
  }

  std::optional<TemporaryFolder> folder;
  std::filesystem::path file;
  sqlite3* raw = nullptr;
  int events = 0;
  std::string last = std::string(64, '0');
  ManualClock clock{morning};
};

TEST_F(MigrationTest, KeepsEverythingAndItsHashes) {
  write_history();
  auto book = Ledger::open(file, clock);
  ASSERT_TRUE(book) << book.error().what;
  const auto checked = book->check();
  ASSERT_TRUE(checked) << checked.error().what;
  EXPECT_TRUE(checked->starts_with("ok, 4 events, last hash " + last)) << *checked;
  EXPECT_EQ(Certificates(*book).find("01")->size(), 1U);
  const auto open = *book->journal_open("8610");
  ASSERT_EQ(open.size(), 1U);
  EXPECT_EQ(open[0].kind, "verify-setting");
  EXPECT_EQ(*book->files_intended("8610"), std::vector<std::string>{"twin.pem"});
  ASSERT_TRUE(book->journal_end(open[0].id));
  EXPECT_TRUE(book->journal_open("8610")->empty());
  ASSERT_TRUE(book->record_issued({leaf("02")}));
  ASSERT_TRUE(book->check()) << book->check().error().what;
}

TEST_F(MigrationTest, AnOldRowThatWasChangedIsStillFound) {
  write_history();
  run("UPDATE certificate SET not_after = '2099-01-01T00:00:00Z'");
  auto book = Ledger::open(file, clock);
  ASSERT_TRUE(book);
  const auto checked = book->check();
  ASSERT_FALSE(checked);
  EXPECT_NE(checked.error().what.find("event 1 does not match"), std::string::npos) << checked.error().what;
}

TEST_F(MigrationTest, AnEmptyOldLedgerToo) {
  auto book = Ledger::open(file, clock);
  ASSERT_TRUE(book) << book.error().what;
  EXPECT_TRUE(book->check());
  EXPECT_TRUE(Ledger::open(file, clock)) << "and once only";
}

// A database takes an index with a condition only where a query says the same in the same words.
TEST_F(MigrationTest, HoldsAreFoundByTheirIndex) {
  for (const auto* step : {&schema_step_2, &schema_step_3, &schema_step_4}) run(step->sql);
  sqlite3_stmt* plan = nullptr;
  ASSERT_EQ(sqlite3_prepare_v2(raw,
                               "EXPLAIN QUERY PLAN SELECT number, at FROM event WHERE number > ?1 AND"
                               " kind IN ('batch-held', 'batch-released') AND ?2 = '' ORDER BY number LIMIT ?3",
                               -1, &plan, nullptr),
            SQLITE_OK);
  ASSERT_EQ(sqlite3_step(plan), SQLITE_ROW);
  EXPECT_NE(std::string(reinterpret_cast<const char*>(sqlite3_column_text(plan, 3))).find("event_hold"),
            std::string::npos);
  sqlite3_finalize(plan);
}

}  // namespace
}  // namespace epki::ledger
