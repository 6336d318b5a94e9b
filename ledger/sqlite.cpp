#include "ledger/sqlite.hpp"

#include <cerrno>
#include <utility>

#include "ledger/schema.hpp"

namespace epki::ledger {

class SqliteCursor final : public Cursor {
 public:
  SqliteCursor(SqliteDatabase& database, const std::string& sql) : database_(database), sql_(sql) {
    if (auto& idle = database.idle_[sql]; !idle.empty()) {
      handle_ = std::move(idle.back());
      idle.pop_back();
      return;
    }
    sqlite3_stmt* raw = nullptr;
    failed_ = ::sqlite3_prepare_v3(database.raw(), sql.c_str(), static_cast<int>(sql.size()) + 1,
                                   SQLITE_PREPARE_PERSISTENT, &raw, nullptr);
    handle_.reset(raw);
  }
  ~SqliteCursor() override {
    if (!handle_) return;
    ::sqlite3_reset(handle_.get());
    ::sqlite3_clear_bindings(handle_.get());
    database_.idle_[sql_].push_back(std::move(handle_));
  }
  SqliteCursor(const SqliteCursor&) = delete;
  SqliteCursor& operator=(const SqliteCursor&) = delete;

  void bind(int place, std::string_view text) override {
    if (failed_ == SQLITE_OK)
      failed_ = ::sqlite3_bind_text64(handle_.get(), place, text.data() != nullptr ? text.data() : "", text.size(),
                                      SQLITE_TRANSIENT, SQLITE_UTF8);
  }

  void bind(int place, std::int64_t number) override {
    if (failed_ == SQLITE_OK) failed_ = ::sqlite3_bind_int64(handle_.get(), place, number);
  }

  Result<bool> next() override {
    if (failed_ == SQLITE_OK) {
      const int code = ::sqlite3_step(handle_.get());
      if (code == SQLITE_ROW || code == SQLITE_DONE)
        if (auto still = database_.still_unchanged(); !still) return std::move(still).error();
      if (code == SQLITE_ROW) return true;
      if (code == SQLITE_DONE) return false;
    }
    return database_.failure();
  }

  void reset() override { ::sqlite3_reset(handle_.get()); }

  std::string text(int column) const override {
    const auto* bytes = ::sqlite3_column_text(handle_.get(), column);
    const auto size = static_cast<std::size_t>(::sqlite3_column_bytes(handle_.get(), column));
    return bytes != nullptr ? std::string(reinterpret_cast<const char*>(bytes), size) : std::string{};
  }

  std::int64_t number(int column) const override { return ::sqlite3_column_int64(handle_.get(), column); }
  int columns() const override { return ::sqlite3_column_count(handle_.get()); }
  std::int64_t changed() const override { return ::sqlite3_changes64(database_.raw()); }

 private:
  SqliteDatabase& database_;
  std::string sql_;
  std::unique_ptr<sqlite3_stmt, SqliteDatabase::Finalize> handle_;
  int failed_ = SQLITE_OK;
};

namespace {

// SQLite counts its memory under one lock, taken at each allocation; nobody asks for the count, and a batch spends a
// seventh of its inserts there (sqlite.org, SQLITE_CONFIG_MEMSTATUS). Only before SQLite is used first: an error means
// that it is in use already, and counts.
void count_no_memory() {
  static const int done = ::sqlite3_config(SQLITE_CONFIG_MEMSTATUS, 0);
  static_cast<void>(done);
}

}  // namespace

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open(const std::filesystem::path& file,
                                                             std::chrono::milliseconds busy) {
  count_no_memory();
  sqlite3* raw = nullptr;
  // FULLMUTEX: the modems' threads share one ledger; the ledger's own lock makes its transactions whole.
  const int code = ::sqlite3_open_v2(file.c_str(), &raw, SQLITE_OPEN_READWRITE | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(raw, file, busy));
  if (raw == nullptr) return Error{Errc::internal, "no memory for the ledger"};
  if (code != SQLITE_OK) return database->failure();
  ::sqlite3_extended_result_codes(raw, 1);
  ::sqlite3_busy_timeout(raw, static_cast<int>(busy.count()));
  return database;
}

Status SqliteDatabase::run(const std::string& sql) {
  if (::sqlite3_exec(raw(), sql.c_str(), nullptr, nullptr, nullptr) != SQLITE_OK) return failure();
  return success();
}

std::unique_ptr<Cursor> SqliteDatabase::prepare(const std::string& sql, Expect /*expect*/) {
  return std::make_unique<SqliteCursor>(*this, sql);
}

Status SqliteDatabase::begin_writing() {
  if (!group_->take_turn(busy_))
    return Error{Errc::ledger, name() + " stays locked by this program",
                 "run the same command again; if it happens again, report it"};
  our_turn_ = true;
  auto begun = run("BEGIN IMMEDIATE");
  if (!begun) end_turn();
  return begun;
}

void SqliteDatabase::end_turn() {
  if (std::exchange(our_turn_, false)) group_->end_turn();
}

Status SqliteDatabase::begin_reading() {
  return run("BEGIN");
}

Status SqliteDatabase::commit() {
  auto committed = commit_soon();
  if (!committed) return std::move(committed).error();
  return (*committed)();
}

Result<Durable> SqliteDatabase::commit_soon() {
  if (auto done = run("COMMIT"); !done) return std::move(done).error();
  const auto ticket = group_->committed();
  end_turn();
  return Durable([group = group_, ticket] { return group->wait_durable(ticket); });
}

void SqliteDatabase::rollback() {
  // A failed ROLLBACK means that SQLite has rolled back by itself already.
  ::sqlite3_exec(raw(), "ROLLBACK", nullptr, nullptr, nullptr);
  end_turn();
}

bool SqliteDatabase::refused_duplicate() const {
  const int code = ::sqlite3_extended_errcode(raw());
  return code == SQLITE_CONSTRAINT_UNIQUE || code == SQLITE_CONSTRAINT_PRIMARYKEY;
}

Result<std::int64_t> SqliteDatabase::schema_version() {
  return single_number(*this, "PRAGMA user_version");
}

Status SqliteDatabase::set_schema_version(std::int64_t version) {
  return run("PRAGMA user_version = " + std::to_string(version) +
             "; PRAGMA application_id = " + std::to_string(application_id));
}

Status SqliteDatabase::check_storage() {
  const auto said = single_text(*this, "PRAGMA integrity_check(1)");
  if (!said) return said.error();
  if (*said == "ok") return success();
  return Error{Errc::ledger, name() + " is damaged: " + *said, "restore it from a backup"};
}

Result<std::unique_ptr<Database>> SqliteDatabase::again() const {
  auto other = unchanging_ ? open_unchanging(file_, *unchanging_) : open(file_, busy_);
  if (!other) return std::move(other).error();
  return std::unique_ptr<Database>(std::move(*other));
}  // NOLINT(clang-analyzer-cplusplus.NewDeleteLeaks): the analyzer loses the pointer on its way through Result

Status SqliteDatabase::copy_to(const std::filesystem::path& file) {
  auto target = open(file, busy_);
  if (!target) return std::move(target).error();
  auto* copying = ::sqlite3_backup_init((*target)->raw(), "main", raw(), "main");
  if (copying == nullptr) return (*target)->failure();
  // All pages in one step: one view, and in WAL mode no writer waits for it (sqlite.org, "Online Backup API").
  const int code = ::sqlite3_backup_step(copying, -1);
  ::sqlite3_backup_finish(copying);
  return code == SQLITE_DONE ? still_unchanged() : Status((*target)->failure());
}

void SqliteDatabase::write_back() {
  // PASSIVE waits for nobody: pages that a reader still needs stay in the log, as at every commit.
  ::sqlite3_wal_checkpoint_v2(raw(), nullptr, SQLITE_CHECKPOINT_PASSIVE, nullptr, nullptr);
}

Error SqliteDatabase::failure() const {
  const int code = ::sqlite3_errcode(raw()) & 0xff;
  const std::string said = std::string(": ") + ::sqlite3_errmsg(raw());
  Error no_room{Errc::disk, "no room for " + name() + said,
                "free some space on that disk, then run the same command again"};
  if (code == SQLITE_IOERR && ::sqlite3_system_errno(raw()) == ENOSPC) return no_room;
  switch (code) {
    case SQLITE_BUSY:
    case SQLITE_LOCKED:
      return {Errc::ledger, name() + " stays locked by another program",
              "wait until it ends, then run the same command again; fuser " + file_.string() + " names it"};
    case SQLITE_NOTADB:
      return {Errc::ledger, file_.string() + " is no ledger", "move it away, or restore the ledger from a backup"};
    case SQLITE_CORRUPT: return {Errc::ledger, name() + " is damaged" + said, "restore it from a backup"};
    case SQLITE_FULL: return no_room;
    case SQLITE_READONLY:
      return {Errc::disk, name() + " can be read but not written here" + said,
              "check who owns the file and its folder, their modes, and whether the file system is mounted read-only"};
    case SQLITE_IOERR:
    case SQLITE_CANTOPEN:
    case SQLITE_PERM:
    case SQLITE_AUTH:
      return {
          Errc::disk, "cannot open or write " + name() + said,
          "check who owns the file and its folder, and their modes: beside it, files ending in -wal and -shm are made"};
    default: return {Errc::ledger, name() + said, "ec200u-pki ledger check tells whether it is whole"};
  }
}

}  // namespace epki::ledger
