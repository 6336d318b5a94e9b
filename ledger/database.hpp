#pragma once
// What the ledger asks of a database, and nothing of which one it is. SQL is written once, in the subset that SQLite
// and PostgreSQL share: places are `?` or `?1`, numbers are INTEGER, everything else TEXT.

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>

#include "core/result.hpp"

namespace epki::ledger {

/// A statement that is being run.
class Cursor {
 public:
  virtual ~Cursor() = default;
  virtual void bind(int place, std::string_view text) = 0;
  virtual void bind(int place, std::int64_t number) = 0;
  /// True when there is a row to read.
  virtual Result<bool> next() = 0;
  /// Ready to be bound and run again.
  virtual void reset() = 0;
  /// Runs a statement that yields no rows, at the latest before the next one that does or ends the transaction. Its
  /// failure may come out of any later call in the transaction. For many rows over a network.
  virtual Status later();
  virtual std::string text(int column) const = 0;
  virtual std::int64_t number(int column) const = 0;
  virtual int columns() const = 0;
  /// Rows that the last run changed.
  virtual std::int64_t changed() const = 0;
};

/// How many rows a statement is expected to yield.
enum class Expect : std::uint8_t {
  few,
  many,  ///< fetched piece by piece; only inside a transaction
};

/// Blocks until a commit is on the disk.
using Durable = std::function<Status()>;

class Database {
 public:
  virtual ~Database() = default;

  /// One or more statements without places, whose rows do not matter.
  virtual Status run(const std::string& sql) = 0;
  /// A failure to prepare comes out of the cursor's next().
  virtual std::unique_ptr<Cursor> prepare(const std::string& sql, Expect expect) = 0;

  /// Takes the one write lock of the ledger at once, so that two processes wait for one another and never find out at
  /// the end that they clash. Waits as long as the database was opened with.
  virtual Status begin_writing() = 0;
  /// A view that stays the same until the end, whatever others write.
  virtual Status begin_reading() = 0;
  /// Durable when it returns.
  virtual Status commit() = 0;
  /// The same for whoever can give up a lock before the disk is waited for: what was committed counts only when the
  /// returned function succeeded, which blocks until it is durable. It may be called without this object.
  virtual Result<Durable> commit_soon() {
    if (auto done = commit(); !done) return std::move(done).error();
    return Durable(success);
  }
  /// Ends a transaction, whatever state it is in.
  virtual void rollback() = 0;

  /// True when the last failure was a row that exists already.
  virtual bool refused_duplicate() const = 0;
  /// True when the last failure was the connection's: what was not committed is gone, the database may be well.
  virtual bool lost() const = 0;

  /// 0 for a database without tables.
  virtual Result<std::int64_t> schema_version() = 0;
  /// Inside the transaction that brings the tables to it.
  virtual Status set_schema_version(std::int64_t version) = 0;
  /// Whether SQL that only SQLite understands may run.
  virtual bool is_sqlite() const = 0;
  /// Errc::ledger when the file or the indexes are damaged, as far as the database can tell itself.
  virtual Status check_storage() = 0;

  /// Begins what closing would have to do: what stands in a log beside the file goes into it. Nothing depends on it, so
  /// what cannot be done now is left for later without a word. Blocks until it is on the disk.
  virtual void write_back() {}
  /// A second connection to the same ledger, for a long read that must not hold others up.
  virtual Result<std::unique_ptr<Database>> again() const = 0;
  /// "the ledger /path/ledger.db" or "the ledger database plant on db.example", for messages. Never a password.
  virtual std::string name() const = 0;
};

/// A statement with its places bound. Keeps a failure until next() or done().
class Statement {
 public:
  Statement(Database& database, const std::string& sql, Expect expect = Expect::few)
      : cursor_(database.prepare(sql, expect)) {}

  Statement& bind(int place, std::string_view text) {
    cursor_->bind(place, text);
    return *this;
  }
  Statement& bind(int place, std::int64_t number) {
    cursor_->bind(place, number);
    return *this;
  }
  Statement& bind(int place, int number) { return bind(place, static_cast<std::int64_t>(number)); }
  Statement& bind(int place, const char* text) { return bind(place, std::string_view(text)); }
  Statement& bind(int place, const std::string& text) { return bind(place, std::string_view(text)); }

  Result<bool> next() { return cursor_->next(); }
  /// Runs a statement that yields no rows, and makes it ready to be bound again.
  Status done();
  /// The same, perhaps later: Cursor::later().
  Status later() { return cursor_->later(); }

  std::string text(int column) const { return cursor_->text(column); }
  std::int64_t number(int column) const { return cursor_->number(column); }
  int columns() const { return cursor_->columns(); }
  std::int64_t changed() const { return cursor_->changed(); }

 private:
  std::unique_ptr<Cursor> cursor_;
};

/// Rolled back unless committed.
class Transaction {
 public:
  static Result<Transaction> write(Database& database);
  static Result<Transaction> read(Database& database);
  Transaction(Transaction&& other) noexcept;
  Transaction& operator=(Transaction&&) = delete;
  ~Transaction();
  Status commit();
  Result<Durable> commit_soon();

 private:
  explicit Transaction(Database& database) : database_(&database) {}
  Database* database_;
};

/// The first column of the first row; 0 when there is none.
Result<std::int64_t> single_number(Database& database, const std::string& sql);
/// "" when there is none.
Result<std::string> single_text(Database& database, const std::string& sql);

}  // namespace epki::ledger
