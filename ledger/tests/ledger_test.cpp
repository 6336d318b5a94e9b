#include "ledger/ledger.hpp"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <thread>

#include "core/file.hpp"
#include "core/tests/seeded_random.hpp"
#include "core/text.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {
namespace {

const Ledger::Options quick{.busy = std::chrono::milliseconds(50)};
const Instant noon = *parse_rfc3339("2026-11-22T15:46:00Z");

class LedgerTest : public testing::Test {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("ledger-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    file = folder->path() / "ledger.db";
  }

  Ledger open() {
    auto book = Ledger::open(file, clock, quick);
    EXPECT_TRUE(book) << book.error().what;
    return std::move(*book);
  }

  Error refusal() {
    auto book = Ledger::open(file, clock, quick);
    EXPECT_FALSE(book);
    return book ? Error{} : std::move(book).error();
  }

  // Somebody with another program.
  void meddle(const char* sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql, nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }

  std::optional<TemporaryFolder> folder;
  std::filesystem::path file;
  ManualClock clock{noon};
};

IssuedCertificate certificate(const std::string& serial, const std::string& kind = "device") {
  return {serial, "issuer", kind, "name " + serial, "CN=" + serial, "abc", noon, noon + std::chrono::hours(24), "PEM"};
}

const VerdictKey key{"EC200U", "EC200UCNAAR03A03M08", "mqtt", "seclevel=1"};

TEST_F(LedgerTest, IsMadeForItsOwnerOnly) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({certificate("01")}));
  for (const auto* end : {"", "-wal", "-shm"}) {
    struct stat facts {};
    ASSERT_EQ(::stat((file.string() + end).c_str(), &facts), 0) << end;
    EXPECT_EQ(facts.st_mode & 0777U, 0600U) << end;
  }
  EXPECT_EQ(std::distance(std::filesystem::directory_iterator(folder->path()), {}), 3) << "nothing else is left behind";
}

TEST_F(LedgerTest, IsDurableAndGuarded) {
  auto book = open();
  auto plain = SqliteDatabase::open(file, std::chrono::milliseconds(50));
  ASSERT_TRUE(plain);
  Statement mode(**plain, "PRAGMA journal_mode");
  ASSERT_TRUE(*mode.next());
  EXPECT_EQ(mode.text(0), "wal");
  EXPECT_EQ(*single_number(**plain, "PRAGMA user_version"), schema_version());
  EXPECT_EQ(*single_number(**plain, "PRAGMA application_id"), application_id);
}

TEST_F(LedgerTest, RemembersWhatWasIssued) {
  ASSERT_TRUE(open().record_issued({certificate("01", "root"), certificate("02", "server")}));
  auto book = open();
  const auto all = book.issued();
  ASSERT_TRUE(all);
  ASSERT_EQ(all->size(), 2U);
  EXPECT_EQ((*all)[0].serial, "01");
  EXPECT_EQ((*all)[0].not_after, noon + std::chrono::hours(24));
  EXPECT_EQ((*all)[1].pem, "PEM");
  const auto servers = book.issued("server");
  ASSERT_TRUE(servers);
  ASSERT_EQ(servers->size(), 1U);
  EXPECT_EQ(servers->front().name, "name 02");
}

TEST_F(LedgerTest, ASerialTakenTwiceLeavesNothingOfItsBatch) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({certificate("01")}));
  const auto again = book.record_issued({certificate("02"), certificate("01")});
  ASSERT_FALSE(again);
  EXPECT_EQ(again.error().code, Errc::ledger);
  EXPECT_EQ(again.error().what, "serial 01 is recorded already for the issuer of name 01");
  EXPECT_FALSE(again.error().hint.empty());
  EXPECT_EQ(book.issued()->size(), 1U);
  EXPECT_EQ(book.events()->size(), 1U);
  auto other = certificate("01");
  other.issuer = "another";
  EXPECT_TRUE(book.record_issued({other})) << "serials are unique per issuer only";
}

TEST_F(LedgerTest, ReturnsRunsOfOneDeviceOrOfAll) {
  auto book = open();
  ASSERT_TRUE(book.record_run({"1", "EC200U", "R1", "/dev/a", "protected", Json::object({{"x", 1}})}));
  ASSERT_TRUE(book.record_run({"2", "EC200U", "R1", "/dev/b", "failed", Json()}));
  EXPECT_EQ(book.runs()->size(), 2U);
  const auto runs = book.runs("1");
  ASSERT_TRUE(runs);
  ASSERT_EQ(runs->size(), 1U);
  EXPECT_EQ(runs->front().status, "protected");
  EXPECT_EQ(runs->front().detail["x"].integer(), 1);
  EXPECT_TRUE(book.runs("")->empty());
}

TEST_F(LedgerTest, AVerdictHoldsForItsExactKeyAndTheNewestCounts) {
  auto book = open();
  ASSERT_TRUE(book.record_verdict({key, "uploaded", true, "1", noon, Json::object({{"class", "uploaded"}})}));
  ASSERT_TRUE(book.record_verdict({key, "union", false, "2", noon + std::chrono::seconds(1), Json()}));
  const auto found = book.verdict_for(key);
  ASSERT_TRUE(found);
  ASSERT_TRUE(*found);
  EXPECT_EQ((*found)->verdict_class, "union");
  EXPECT_FALSE((*found)->names_checked);
  EXPECT_EQ((*found)->imei, "2");
  EXPECT_EQ((*found)->at, noon + std::chrono::seconds(1));
  for (auto member : {&VerdictKey::model, &VerdictKey::firmware, &VerdictKey::path, &VerdictKey::settings}) {
    auto other = key;
    other.*member += "x";
    EXPECT_FALSE(*book.verdict_for(other));
  }
}

TEST_F(LedgerTest, TheJournalKeepsWhatWasNotEnded) {
  auto book = open();
  const auto first = book.journal_begin("1", "twin-upload", Json::object({{"file", "UFS:cacert_twin.pem"}}));
  const auto second = book.journal_begin("1", "verify-setting", Json::object({{"key", "sni"}}));
  const auto other = book.journal_begin("2", "twin-upload", Json());
  ASSERT_TRUE(first && second && other);
  auto again = open();
  const auto entries = again.journal_open("1");
  ASSERT_TRUE(entries);
  ASSERT_EQ(entries->size(), 2U);
  EXPECT_EQ((*entries)[0].id, *first);
  EXPECT_EQ((*entries)[0].kind, "twin-upload");
  EXPECT_EQ((*entries)[0].detail["file"].text(), "UFS:cacert_twin.pem");
  EXPECT_EQ((*entries)[0].at, noon);
  ASSERT_TRUE(again.journal_end(*first));
  EXPECT_TRUE(again.journal_end(*first)) << "two runs may end the same thing";
  EXPECT_EQ(again.journal_open("1")->size(), 1U);
  EXPECT_EQ(again.journal_open_all()->size(), 2U);
  EXPECT_FALSE(again.journal_end(999));
}

TEST_F(LedgerTest, FileEvidenceIsForExactlyThatContent) {
  auto book = open();
  EXPECT_EQ(*book.file_evidence("1", "a", 3, "h"), "");
  ASSERT_TRUE(book.record_file("1", "a", 3, "h", "read-back"));
  EXPECT_EQ(*book.file_evidence("1", "a", 3, "h"), "read-back");
  ASSERT_TRUE(book.record_file("1", "a", 3, "h", "read-back-after-reboot"));
  EXPECT_EQ(*book.file_evidence("1", "a", 3, "h"), "read-back-after-reboot");
  EXPECT_EQ(*book.file_evidence("1", "a", 4, "h"), "");
  EXPECT_EQ(*book.file_evidence("1", "a", 3, "g"), "");
  EXPECT_EQ(*book.file_evidence("2", "a", 3, "h"), "");
  ASSERT_TRUE(book.record_file("1", "a", 9, "other", "read-back"));
  EXPECT_EQ(*book.file_evidence("1", "a", 3, "h"), "") << "the file was replaced since";
  ASSERT_TRUE(book.journal_begin("1", "twin-upload", Json::object({{"file", "t"}})));
  ASSERT_TRUE(book.journal_begin("1", "verify-setting", Json::object({{"key", "sni"}})));
  EXPECT_EQ(*book.files_intended("1"), (std::vector<std::string>{"a", "t"}));
}

TEST_F(LedgerTest, EveryRecordAppendsOneEvent) {
  auto book = open();
  ASSERT_TRUE(book.record_issued({certificate("01")}));
  ASSERT_TRUE(book.record_run({"1", "m", "f", "p", "failed", Json()}));
  ASSERT_TRUE(book.record_verdict({key, "union", true, "1", noon, Json()}));
  const auto id = book.journal_begin("1", "k", Json());
  ASSERT_TRUE(book.journal_end(*id));
  ASSERT_TRUE(book.record_file("1", "a", 3, "h", "read-back"));
  const auto events = book.events();
  ASSERT_TRUE(events);
  std::vector<std::string> kinds;
  for (const auto& event : *events) kinds.push_back(event.kind);
  EXPECT_EQ(kinds, (std::vector<std::string>{"issued", "run", "verdict", "journal-begin", "journal-end", "file"}));
  EXPECT_EQ(book.events(5, 1)->front().number, 5);
  EXPECT_TRUE(book.check()->starts_with("ok, 6 events")) << *book.check();
}

TEST_F(LedgerTest, TheChainShowsTheFirstRowThatWasChanged) {
  {
    auto book = open();
    for (const auto* serial : {"01", "02", "03"}) ASSERT_TRUE(book.record_issued({certificate(serial)}));
  }
  const std::pair<const char*, const char*> changes[] = {
      {"UPDATE event SET detail = '{}' WHERE number = 2", "event 2 does not follow the one before it"},
      {"UPDATE event SET at = '2026-11-22T15:46:01Z' WHERE number = 3", "event 3 does not follow"},
      {"DELETE FROM event WHERE number = 2", "event 2 is missing"},
      {"UPDATE certificate SET not_after = '2099-01-01T00:00:00Z' WHERE serial = '03'",
       "event 3 does not match the rows recorded with it"},
      {"DELETE FROM certificate WHERE serial = '01'", "event 1 does not match the rows recorded with it"},
      {"DELETE FROM event WHERE number = 3", "event 3 is missing, but rows recorded with it are there"},
  };
  const auto whole = *read_file(file);
  for (const auto& [sql, said] : changes) {
    ASSERT_TRUE(replace_file(file, whole, 0600));
    meddle(sql);
    auto book = open();
    const auto checked = book.check();
    ASSERT_FALSE(checked) << sql;
    EXPECT_EQ(checked.error().code, Errc::ledger);
    EXPECT_NE(checked.error().what.find(said), std::string::npos) << sql << " -> " << checked.error().what;
  }
}

TEST_F(LedgerTest, RefusesWhatIsNoLedger) {
  ASSERT_TRUE(
      write_new_file(file, "certainly no database, but long enough to look at: " + std::string(4096, 'x'), 0600));
  auto error = refusal();
  EXPECT_EQ(error.code, Errc::ledger);
  EXPECT_EQ(error.what, file.string() + " is no ledger");
  EXPECT_FALSE(error.hint.empty());
}

TEST_F(LedgerTest, RefusesAnotherProgramsDatabase) {
  meddle("CREATE TABLE recipes (name TEXT)");
  const auto error = refusal();
  EXPECT_EQ(error.code, Errc::ledger);
  EXPECT_EQ(error.what, file.string() + " is a database, but no ledger of ec200u-pki");
}

TEST_F(LedgerTest, RefusesALedgerOfANewerProgram) {
  open();
  meddle("PRAGMA user_version = 99");
  const auto error = refusal();
  EXPECT_EQ(error.code, Errc::ledger);
  EXPECT_NE(error.what.find("was written by a newer ec200u-pki"), std::string::npos);
}

TEST_F(LedgerTest, AFolderThatIsMissingOrAFolderInItsPlaceIsSaid) {
  file = folder->path() / "no/ledger.db";
  EXPECT_EQ(refusal().code, Errc::disk);
  file = folder->path();
  EXPECT_EQ(refusal().what, file.string() + " is a folder, not a ledger");
}

TEST_F(LedgerTest, AnEmptyFileBecomesALedger) {
  ASSERT_TRUE(write_new_file(file, "", 0600));
  EXPECT_TRUE(open().record_issued({certificate("01")}));
}

TEST_F(LedgerTest, ADamagedPageIsFoundByCheck) {
  {
    auto book = open();
    std::vector<IssuedCertificate> many;
    many.reserve(200);
    for (int i = 0; i < 200; ++i) many.push_back(certificate(std::to_string(i)));
    ASSERT_TRUE(book.record_issued(many));
  }
  auto bytes = *read_file(file);
  for (std::size_t at = 8192; at < bytes.size(); at += 4096) bytes.replace(at, 64, 64, '\x5a');
  ASSERT_TRUE(replace_file(file, bytes, 0600));
  auto book = Ledger::open(file, clock);
  const auto error = book ? book->check().error() : book.error();
  EXPECT_EQ(error.code, Errc::ledger);
  EXPECT_NE(error.what.find("damaged"), std::string::npos) << error.what;
}

TEST_F(LedgerTest, ThreadsMayShareOne) {
  auto book = open();
  std::vector<std::thread> threads;
  threads.reserve(4);
  for (int t = 0; t < 4; ++t)
    threads.emplace_back([&book, t] {
      for (int i = 0; i < 10; ++i) EXPECT_TRUE(book.record_run({std::to_string(t), "m", "f", "p", "failed", Json()}));
    });
  for (auto& thread : threads) thread.join();
  EXPECT_EQ(book.runs("3")->size(), 10U);
  EXPECT_TRUE(book.check()->starts_with("ok, 40 events"));
}

// The worked example of docs/ledger.md, made again.
TEST_F(LedgerTest, TheDocumentedExampleIsWhatTheLedgerWrites) {
  test::CountingRandom random{0};
  auto book = Ledger::open(
      file, clock, {.operator_name = "Kim", .station = "line-1", .tool = "ec200u-pki 0.1.0", .random = &random});
  ASSERT_TRUE(book);
  const auto entry =
      book->journal_begin("861234567890123", "twin-upload", Json::object({{"file", "cacert_0123456789ab.pem"}}));
  ASSERT_TRUE(entry);
  clock.advance(std::chrono::seconds(7));
  ASSERT_TRUE(book->journal_end(*entry));
  const auto doc = read_file(std::filesystem::path(EPKI_SOURCE_DIR) / "docs/ledger.md");
  ASSERT_TRUE(doc);
  auto database = SqliteDatabase::open(file, std::chrono::milliseconds(50));
  ASSERT_TRUE(database);
  Statement events(**database,
                   "SELECT at, kind, detail, rows, operator, station, tool, key, hash, (SELECT salt FROM personal)"
                   " FROM event ORDER BY number");
  while (*events.next())
    for (int column = 0; column < events.columns(); ++column)
      EXPECT_NE(doc->find(events.text(column)), std::string::npos) << events.text(column) << " is not in the page";
}

}  // namespace
}  // namespace epki::ledger
