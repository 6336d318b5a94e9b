#pragma once
// One test suite, run against SQLite and against PostgreSQL.

#include <gtest/gtest.h>
#include <sqlite3.h>

#include <optional>
#include <string>

#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "ledger/tests/postgres_server.hpp"

namespace epki::ledger {

inline const Instant morning = *parse_rfc3339("2026-11-22T08:00:00Z");

class BothTest : public testing::TestWithParam<const char*> {
 protected:
  void SetUp() override {
    auto made = TemporaryFolder::make("ledger-both-test");
    ASSERT_TRUE(made);
    folder.emplace(std::move(*made));
    file = folder->path() / "ledger.db";
    if (!on_postgres()) return;
    if (const auto why = PostgresServer::missing(); !why.empty()) GTEST_SKIP() << why;
    server = shared_postgres();
    ASSERT_NE(server, nullptr) << "PostgreSQL is installed and could not be started";
    url = server->new_database();
  }

  bool on_postgres() const { return std::string(GetParam()) == "PostgreSQL"; }

  Result<Ledger> try_open(Ledger::Options options = {}) {
    if (options.busy == Ledger::Options().busy) options.busy = std::chrono::milliseconds(5000);
    return on_postgres() ? Ledger::connect(url, clock, options) : Ledger::open(file, clock, options);
  }

  Ledger open(Ledger::Options options = {}) {
    auto book = try_open(std::move(options));
    EXPECT_TRUE(book) << book.error().what;
    return std::move(*book);
  }

  // Somebody with another program.
  void meddle(const std::string& sql) {
    if (on_postgres()) {
      ASSERT_EQ(server->query(url, sql), "ok") << sql;
      return;
    }
    sqlite3* raw = nullptr;
    ASSERT_EQ(sqlite3_open(file.c_str(), &raw), SQLITE_OK);
    EXPECT_EQ(sqlite3_exec(raw, sql.c_str(), nullptr, nullptr, nullptr), SQLITE_OK) << sqlite3_errmsg(raw);
    sqlite3_close(raw);
  }

  std::optional<TemporaryFolder> folder;
  std::filesystem::path file;
  PostgresServer* server = nullptr;
  std::string url;
  ManualClock clock{morning};
};

inline IssuedCertificate leaf(const std::string& serial, const std::string& name = "", const std::string& imei = "") {
  return {.serial = serial,
          .issuer = std::string(64, 'a'),
          .kind = "device",
          .name = name.empty() ? "name " + serial : name,
          .subject = "CN=" + serial,
          .sha256 = std::string(64 - serial.size(), 'f') + serial,
          .not_before = morning,
          .not_after = morning + std::chrono::hours(24 * 30),
          .pem = "PEM " + serial,
          .imei = imei};
}

inline std::string value_name(const testing::TestParamInfo<const char*>& info) {
  return info.param;
}

}  // namespace epki::ledger

#define EPKI_ON_BOTH(suite) \
  INSTANTIATE_TEST_SUITE_P(On, suite, testing::Values("SQLite", "PostgreSQL"), epki::ledger::value_name)
