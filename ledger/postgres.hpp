#pragma once
// libpq with owners, deadlines and Results; seen in this room only.

#include <chrono>
#include <map>
#include <memory>
#include <string>

#include "core/clock.hpp"
#include "ledger/database.hpp"
#include "ledger/libpq.hpp"

namespace epki::ledger {

struct CloseConnection {
  void operator()(PGconn* handle) const { pq().finish(handle); }
};
using PostgresHandle = std::unique_ptr<PGconn, CloseConnection>;

struct FreeResult {
  void operator()(PGresult* result) const { pq().clear(result); }
};
using PostgresResult = std::unique_ptr<PGresult, FreeResult>;

/// A connection that is being made, a piece at a time, so that nobody has to wait for a host that does not answer. (The
/// look-up of a host's name does block, as the C library's does.)
class PostgresConnecting {
 public:
  /// Errc::input when the URL cannot be understood. The URL is never repeated: it may hold a password.
  static Result<PostgresConnecting> start(const std::string& url);
  /// The connection, or nothing when it is not made yet at the deadline. Errc::ledger when it cannot be made.
  Result<PostgresHandle> advance(Deadline deadline);

 private:
  explicit PostgresConnecting(PostgresHandle handle) : handle_(std::move(handle)) {}
  PostgresHandle handle_;
  bool wants_to_write_ = true;
};

class PostgresDatabase final : public Database {
 public:
  /// Connects, waiting at most `busy`; statements wait for others as long.
  static Result<std::unique_ptr<PostgresDatabase>> connect(const std::string& url, std::chrono::milliseconds busy);
  /// Takes over a connection that was just made.
  static Result<std::unique_ptr<PostgresDatabase>> adopt(PostgresHandle handle, std::string url,
                                                         std::chrono::milliseconds busy);

  Status run(const std::string& sql) override;
  std::unique_ptr<Cursor> prepare(const std::string& sql, Expect expect) override;
  Status begin_writing() override;
  Status begin_reading() override;
  Status commit() override;
  void rollback() override;
  bool refused_duplicate() const override { return state_ == "23505"; }  // unique_violation
  bool lost() const override { return lost_; }
  Result<std::int64_t> schema_version() override;
  Status set_schema_version(std::int64_t version) override;
  bool is_sqlite() const override { return false; }
  /// Its own checksums and WAL watch over the storage; nothing to ask.
  Status check_storage() override { return success(); }
  Result<std::unique_ptr<Database>> again() const override;
  std::string name() const override { return name_; }

  /// Sends a statement and waits for its result. The command's own failures come out as Errors.
  Result<PostgresResult> execute(const std::string& sql, const std::vector<std::string>& values, Deadline deadline);
  /// The same for one that is prepared once and kept.
  Result<PostgresResult> execute_prepared(const std::string& sql, const std::vector<std::string>& values);
  /// Sends one without waiting; its failure comes out of a later call.
  Status queue(const std::string& sql, const std::vector<std::string>& values);
  /// A name no other cursor of this connection has.
  std::string next_name() { return "c" + std::to_string(++names_); }

 private:
  PostgresDatabase(PostgresHandle handle, std::string url, std::chrono::milliseconds busy);
  Result<PostgresResult> simple(const std::string& sql, Deadline deadline);
  Result<PostgresResult> await(bool sent, Deadline deadline);
  /// How long the server may be silent over a statement that yields little before it counts as gone.
  Deadline patience() const { return after(3 * busy_); }
  Result<PostgresResult> judge(PostgresResult result);
  Error gone(const std::string& said);
  Result<std::string> prepared(const std::string& sql);
  Status settle_queue();
  Status read_queue();

  PostgresHandle handle_;
  std::string url_, name_;
  std::chrono::milliseconds busy_;
  std::string state_;  ///< SQLSTATE of the last failure
  bool lost_ = false;
  std::map<std::string, std::string> prepared_;  ///< SQL -> name
  std::int64_t names_ = 0;
  int queued_ = 0;  ///< statements sent in pipeline mode whose results were not read yet
};

/// `?` and `?1` as `$1`.
std::string postgres_places(const std::string& sql);
/// Types of the tables: 64-bit numbers, and texts that sort by their bytes, as in SQLite.
std::string postgres_types(const std::string& sql);

}  // namespace epki::ledger
