#include "ledger/sqlite.hpp"

#include <utility>

namespace epki::ledger {

Result<Database> Database::open(const std::filesystem::path& file, std::chrono::milliseconds busy) {
  sqlite3* raw = nullptr;
  // FULLMUTEX: the modems' threads share one ledger; the ledger's own lock makes its transactions whole.
  const int code = ::sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  Database database(raw, file);
  if (raw == nullptr) return Error{Errc::internal, "no memory for the ledger"};
  if (code != SQLITE_OK) return database.failure();
  ::sqlite3_extended_result_codes(raw, 1);
  ::sqlite3_busy_timeout(raw, static_cast<int>(busy.count()));
  return database;
}

Status Database::run(const char* sql) {
  if (::sqlite3_exec(raw(), sql, nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return success();
}

Error Database::failure() const {
  const int code = ::sqlite3_errcode(raw()) & 0xff;
  const std::string name = "the ledger " + file_.string();
  const std::string said = std::string(": ") + ::sqlite3_errmsg(raw());
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::ledger, name + " stays locked by another program",
              "wait until it ends, then run the same command again; fuser " + file_.string() + " names it"};
    case SQLITE_NOTADB:
      return {Errc::ledger, file_.string() + " is no ledger", "move it away, or restore the ledger from a backup"};
    case SQLITE_CORRUPT: return {Errc::ledger, name + " is damaged" + said, "restore it from a backup"};
    case SQLITE_FULL:
      return {Errc::disk, "no room for " + name + said,
              "free some space on that disk, then run the same command again"};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_READONLY:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {
          Errc::disk, "cannot open or write " + name + said,
          "check who owns the file and its folder, and their modes: beside it, files ending in -wal and -shm are made"};
    default: return {Errc::ledger, name + said, "ec200u-pki ledger check tells whether it is whole"};
  }
}

Statement::Statement(const Database& database, const char* sql) : database_(database) {
  sqlite3_stmt* raw = nullptr;
  failed_ = ::sqlite3_prepare_v2(database.raw(), sql, -1, &raw, nullptr);
  handle_.reset(raw);
}

Statement& Statement::bind(int place, std::string_view text) {
  if (failed_ == SQLITE_OK)
    failed_ = ::sqlite3_bind_text64(handle_.get(), place, text.data() != nullptr ? text.data() : "", text.size(),
                                    SQLITE_TRANSIENT, SQLITE_UTF8);
  return *this;
}

Statement& Statement::bind(int place, std::int64_t number) {
  if (failed_ == SQLITE_OK) failed_ = ::sqlite3_bind_int64(handle_.get(), place, number);
  return *this;
}

Result<bool> Statement::next() {
  if (failed_ == SQLITE_OK) {
    const int code = ::sqlite3_step(handle_.get());
    if (code == SQLITE_ROW) return true;
    if (code == SQLITE_DONE) return false;
  }
  return database_.failure();
}

Status Statement::done() {
  for (;;) {
    const auto row = next();
    if (!row) {
      auto failed = row.error();
      ::sqlite3_reset(handle_.get());
      return failed;
    }
    if (!*row) break;
  }
  ::sqlite3_reset(handle_.get());
  return success();
}

std::string Statement::text(int column) const {
  const auto* bytes = ::sqlite3_column_text(handle_.get(), column);
  const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(handle_.get(), column));
  return bytes != nullptr ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string{};
}

Result<Transaction> Transaction::begin(Database& database) {
  if (auto begun = database.run("BEGIN IMMEDIATE"); !begun) return std::move(begun).error();
  return Transaction(database);
}

Transaction::~Transaction() {
  // A failed ROLLBACK means that SQLite has rolled back by itself already.
  if (database_ != nullptr) ::sqlite3_exec(database_->raw(), "ROLLBACK", nullptr, nullptr, nullptr);
}

Status Transaction::commit() {
  auto committed = database_->run("COMMIT");
  if (committed) database_ = nullptr;
  return committed;
}

Result<std::int64_t> single_number(const Database& database, const char* sql) {
  Statement statement(database, sql);
  const auto row = statement.next();
  if (!row) return row.error();
  return *row ? statement.number(0) : 0;
}

}  // namespace epki::ledger
