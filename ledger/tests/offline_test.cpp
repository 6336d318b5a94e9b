// A station that loses the database, and finds it again.
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "ledger/certificates.hpp"
#include "ledger/crl.hpp"
#include "ledger/devices.hpp"
#include "ledger/tests/both.hpp"
#include "ledger/tests/cut_wire.hpp"

namespace epki::ledger {
namespace {

class OfflineTest : public testing::Test {
 protected:
  void SetUp() override {
    if (const auto why = PostgresServer::missing(); !why.empty()) GTEST_SKIP() << why;
    auto made = TemporaryFolder::make("ledger-offline-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    journal = folder->path() / "journal.db";
    server = shared_postgres();
    ASSERT_NE(server, nullptr);
    url = server->new_database();
  }

  void TearDown() override {
    // The next test needs it, whatever this one did.
    if (server != nullptr && down) server->start();
  }

  void lose_database() {
    server->kill();
    down = true;
  }
  void find_database() {
    ASSERT_TRUE(server->start());
    down = false;
  }

  Ledger open(bool with_journal = true) {
    auto book = Ledger::connect(url, clock, options(with_journal));
    EXPECT_TRUE(book) << book.error().what;
    return std::move(*book);
  }
  Ledger::Options options(bool with_journal = true) {
    Ledger::Options chosen{.busy = std::chrono::milliseconds(2000), .operator_name = "Kim", .station = "line-1"};
    if (with_journal) chosen.local_journal = journal;
    chosen.retry = std::chrono::milliseconds(50);
    return chosen;
  }

  void meddle_with_journal(const std::string& sql) {
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(journal.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }

  static Status run(Ledger& book, const std::string& imei) {
    return book.record_run({imei, "EC200U", "R1", "/dev/a", "protected", Json()});
  }

  std::optional<TemporaryFolder> folder;
  std::filesystem::path journal;
  PostgresServer* server = nullptr;
  std::string url;
  bool down = false;
  ManualClock clock{morning};
};

const VerdictKey key{"EC200U", "R1", "mqtt", "seclevel=1"};

TEST_F(OfflineTest, TheLineGoesOnAndAllIsMergedOnce) {
  auto book = open();
  Devices devices(book);
  ASSERT_TRUE(book.record_verdict({key, "uploaded", true, "8610", morning, Json()}));
  ASSERT_TRUE(*book.verdict_for(key));
  auto twin = leaf("77", "twin");
  twin.kind = "twin";
  ASSERT_TRUE(book.record_issued({twin}));
  EXPECT_EQ(book.issued("twin")->size(), 1U);
  ASSERT_TRUE(devices.arrive({.imei = "8610", .slot = "1-1", .station = "line-1", .batch = "B1"}));
  const auto begun_online = *book.journal_begin("8610", "twin-upload", Json::object({{"file", "twin.pem"}}));
  EXPECT_EQ(book.offline(), "");

  lose_database();
  clock.advance(std::chrono::minutes(1));
  ASSERT_TRUE(devices.step({.imei = "8610", .phase = Phase::uploaded}));
  EXPECT_NE(book.offline(), "");
  ASSERT_TRUE(book.journal_end(begun_online));
  const auto begun_offline = book.journal_begin("8610", "verify-file", Json());
  ASSERT_TRUE(begun_offline);
  ASSERT_TRUE(book.record_issued({leaf("0f", "8610", "8610")}));
  ASSERT_TRUE(devices.step({.imei = "8610", .phase = Phase::recorded, .attempt = Attempt::passed}));
  const auto arrival = devices.arrive({.imei = "8611", .slot = "1-2", .station = "line-1", .batch = "B1"});
  ASSERT_TRUE(arrival);
  EXPECT_TRUE(arrival->begun);
  EXPECT_EQ(arrival->oddities, std::vector<Oddity>{Oddity::history_unknown});
  const auto verdict = *book.verdict_for(key);
  ASSERT_TRUE(verdict) << "what was proven before the database went";
  EXPECT_EQ(verdict->verdict_class, "uploaded");
  EXPECT_TRUE(verdict->names_checked);

  ASSERT_EQ(book.issued("twin")->size(), 1U) << "needed for every device";
  EXPECT_EQ(book.issued("twin")->front().pem, "PEM 77");

  // What needs the database says so; half an answer would be a wrong one.
  const auto crl = Crls(book).reserve_number("issuer");
  ASSERT_FALSE(crl);
  EXPECT_EQ(crl.error().code, Errc::ledger);
  EXPECT_FALSE(crl.error().hint.empty());
  EXPECT_FALSE(book.check());
  EXPECT_FALSE(Certificates(book).find("77"));
  EXPECT_FALSE(Certificates(book).list({}));
  EXPECT_FALSE(devices.for_each({}, [](const Device&) { return Result<bool>(true); }));

  find_database();
  const auto merged = book.merge();
  ASSERT_TRUE(merged) << merged.error().what;
  EXPECT_EQ(*merged, 6U);
  EXPECT_EQ(book.offline(), "");
  EXPECT_EQ(*book.merge(), 0U);
  ASSERT_TRUE(book.journal_end(*begun_offline)) << "begun offline, ended online";
  EXPECT_TRUE(book.journal_open_all()->empty());

  auto other = open(false);
  const auto device = *Devices(other).find("8610");
  ASSERT_TRUE(device);
  EXPECT_EQ(device->passes, 1);
  EXPECT_EQ(device->attempts, 1);
  EXPECT_EQ(device->batch, "B1");
  EXPECT_EQ(device->operator_name, "Kim");
  EXPECT_EQ(device->updated, morning + std::chrono::minutes(1)) << "when it happened, not when it was merged";
  EXPECT_EQ((*Devices(other).find("8611"))->attempt, Attempt::running);
  EXPECT_EQ(other.issued("device")->size(), 1U);
  ASSERT_TRUE(other.check()) << other.check().error().what;
}

TEST_F(OfflineTest, CallsFindOutByThemselvesThatItIsBack) {
  auto book = open();
  lose_database();
  ASSERT_TRUE(run(book, "1"));
  EXPECT_NE(book.offline(), "");
  find_database();
  // No call waits for the database, so it may take several until one finds it.
  const auto deadline = after(std::chrono::seconds(30));
  int runs = 1;
  while (!book.offline().empty() && std::chrono::steady_clock::now() < deadline) {
    ASSERT_TRUE(run(book, std::to_string(++runs)));
  }
  EXPECT_EQ(book.offline(), "");
  EXPECT_EQ(open(false).runs()->size(), static_cast<std::size_t>(runs));
}

TEST_F(OfflineTest, AStationMayStartWithoutTheDatabase) {
  open();
  lose_database();
  {
    auto book = open();
    EXPECT_NE(book.offline(), "");
    ASSERT_TRUE(run(book, "1"));
    EXPECT_EQ(book.runs()->size(), 1U) << "it sees what it recorded itself";
  }
  const auto refused = Ledger::connect(url, clock, options(false));
  ASSERT_FALSE(refused) << "without a local journal there is nowhere to go on";
  EXPECT_EQ(refused.error().code, Errc::ledger);
  EXPECT_FALSE(refused.error().hint.empty());
  find_database();
  auto book = open();
  EXPECT_EQ(book.offline(), "");
  EXPECT_EQ(book.runs()->size(), 1U) << "opening merges";
  EXPECT_EQ(book.events()->front().operator_name, "Kim");
}

TEST_F(OfflineTest, AMergeThatIsCutAndRepeatedWritesNothingTwice) {
  auto book = open();
  lose_database();
  for (const auto* imei : {"1", "2", "3"}) ASSERT_TRUE(run(book, imei));
  find_database();
  ASSERT_TRUE(book.merge());
  // The process was cut after the database had committed and before the local journal noted it.
  meddle_with_journal("DELETE FROM merged WHERE event > 1");
  EXPECT_EQ(*book.merge(), 2U) << "looked at again";
  EXPECT_EQ(open(false).runs()->size(), 3U) << "and not written again";
  EXPECT_EQ(server->query(url, "SELECT count(*) FROM event WHERE origin <> ''"), "3");
}

TEST_F(OfflineTest, AChangedJournalIsNotMerged) {
  auto book = open();
  lose_database();
  ASSERT_TRUE(run(book, "1"));
  ASSERT_TRUE(run(book, "2"));
  meddle_with_journal("UPDATE run SET status = 'failed' WHERE imei = '2'");
  find_database();
  const auto merged = book.merge();
  ASSERT_FALSE(merged);
  EXPECT_EQ(merged.error().code, Errc::ledger);
  EXPECT_NE(merged.error().what.find("its event 2 is not as it was written"), std::string::npos) << merged.error().what;
  ASSERT_TRUE(run(book, "3")) << "the line goes on all the same";
  EXPECT_NE(book.offline(), "");
  EXPECT_EQ(server->query(url, "SELECT count(*) FROM run"), "1");
}

TEST_F(OfflineTest, WhatTheDatabaseCannotTakeIsKeptAsAConflict) {
  auto book = open();
  lose_database();
  ASSERT_TRUE(book.record_issued({leaf("01", "mine")}));
  ASSERT_TRUE(run(book, "1"));
  find_database();
  {
    auto other = open(false);
    ASSERT_TRUE(other.record_issued({leaf("01", "theirs")}));
  }
  ASSERT_TRUE(book.merge());
  const auto events = *book.events();
  ASSERT_EQ(events.size(), 3U);
  EXPECT_EQ(events[1].kind, "merge-conflict");
  EXPECT_NE(events[1].detail.dump(-1).find("mine"), std::string::npos) << "nothing of it is lost";
  EXPECT_EQ(events[2].kind, "run");
  ASSERT_TRUE(book.check()) << book.check().error().what;
}

TEST_F(OfflineTest, ACommitWhoseAnswerIsLostIsNotRepeated) {
  const auto wire_folder = TemporaryFolder::make("ledger-wire");
  ASSERT_TRUE(wire_folder);
  const auto from = url.find("host=") + 5;
  CutWire wire(wire_folder->path(), url.substr(from));
  for (const bool with_journal : {false, true}) {
    auto book = Ledger::connect(url.substr(0, from) + wire_folder->path().string(), clock, options(with_journal));
    ASSERT_TRUE(book) << book.error().what;
    const auto before = book->runs()->size();
    const auto lost = wire.lost();
    wire.lose_next_commit();
    const auto recorded = run(*book, "1");
    ASSERT_TRUE(recorded) << recorded.error().what;
    EXPECT_EQ(wire.lost(), lost + 1);
    EXPECT_EQ(book->runs()->size(), before + 1);
    EXPECT_EQ(book->offline(), "");
  }
}

TEST_F(OfflineTest, AServerThatIsSilentStopsNobody) {
  auto chosen = options();
  chosen.busy = std::chrono::milliseconds(300);
  auto book = Ledger::connect(url, clock, chosen);
  ASSERT_TRUE(book);
  server->stop_answering();
  const auto recorded = run(*book, "1");
  const auto again = Ledger::connect(url, clock, chosen);
  server->go_on();
  ASSERT_TRUE(recorded) << recorded.error().what;
  EXPECT_NE(book->offline(), "");
  ASSERT_TRUE(again) << again.error().what;
  ASSERT_TRUE(book->merge());
  EXPECT_EQ(book->runs()->size(), 1U);
}

TEST_F(OfflineTest, AnAddressThatNobodyUnderstandsIsSaidWithoutRepeatingIt) {
  for (const auto* wrong :
       {"postgresql://user:secretword@host:port/x", "postgresql://user:secretword@host/x?nonsense=1"}) {
    const auto refused = Ledger::connect(wrong, clock, options(false));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().what.find("secretword"), std::string::npos) << refused.error().what;
  }
}

TEST_F(OfflineTest, ADatabaseOfANewerProgramIsRefusedAlsoWithAJournal) {
  open();
  ASSERT_EQ(server->query(url, "UPDATE ledger_version SET version = 99"), "ok");
  const auto refused = Ledger::connect(url, clock, options());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("was written by a newer ec200u-pki (version 99"), std::string::npos);
}

TEST_F(OfflineTest, AnotherProgramsDatabaseIsRefused) {
  ASSERT_EQ(server->query(url, "CREATE TABLE event (name TEXT)"), "ok");
  const auto refused = Ledger::connect(url, clock, options());
  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().what.find("is a database, but no ledger of ec200u-pki"), std::string::npos);
}

TEST_F(OfflineTest, AnAddressThatNobodyUnderstandsIsNoDatabaseThatIsAway) {
  const auto refused = Ledger::connect("postgresql://u:secretword@/ledger?host=/tmp=x", clock, options());
  ASSERT_FALSE(refused) << "a local journal would never be brought home";
  EXPECT_EQ(refused.error().code, Errc::input);
  EXPECT_EQ(refused.error().what.find("secretword"), std::string::npos) << refused.error().what;
}

}  // namespace
}  // namespace epki::ledger
