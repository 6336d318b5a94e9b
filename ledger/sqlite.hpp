#pragma once
// SQLite's C interface with owners and Results; seen in this room only.

#include <sqlite3.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::ledger {

class Database {
 public:
  /// The file must exist. `busy` is how long a statement waits for another process.
  static Result<Database> open(const std::filesystem::path& file, std::chrono::milliseconds busy);

  /// One or more statements whose rows do not matter.
  Status run(const char* sql);

  /// What SQLite said last, as an Error whose code and hint fit the cause.
  Error failure() const;

  sqlite3* raw() const { return handle_.get(); }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }
  };
  Database(sqlite3* handle, std::filesystem::path file) : handle_(handle), file_(std::move(file)) {}
  std::unique_ptr<sqlite3, Close> handle_;
  std::filesystem::path file_;
};

/// A failure while preparing or binding is kept and comes out of the next next() or done().
class Statement {
 public:
  Statement(const Database& database, const char* sql);

  Statement& bind(int place, std::string_view text);
  Statement& bind(int place, std::int64_t number);

  /// True when there is a row to read.
  Result<bool> next();
  /// Runs a statement that yields no rows, and makes it ready to be bound again.
  Status done();

  std::string text(int column) const;
  std::int64_t number(int column) const { return ::sqlite3_column_int64(handle_.get(), column); }
  int columns() const { return ::sqlite3_column_count(handle_.get()); }

 private:
  struct Finalize {
    void operator()(sqlite3_stmt* handle) const { ::sqlite3_finalize(handle); }
  };
  const Database& database_;
  std::unique_ptr<sqlite3_stmt, Finalize> handle_;
  int failed_ = SQLITE_OK;
};

/// Takes the write lock at once (BEGIN IMMEDIATE), so that two processes wait for one another and never find out at
/// the end that they clash. Rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> begin(Database& database);
  Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// The first column of the first row; 0 when there is none.
Result<std::int64_t> single_number(const Database& database, const char* sql);

}  // namespace epki::ledger
