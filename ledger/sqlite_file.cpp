// A ledger's file: made whole or not at all, recognised, brought up to date.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>

#include "core/file.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

namespace fs = std::filesystem;

namespace {

Status make_tables(const fs::path& file, std::chrono::milliseconds busy) {
  auto database = SqliteDatabase::open(file, busy);
  if (!database) return std::move(database).error();
  if (auto set = (*database)->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL"); !set) return set;
  return migrate(**database);
}

// The tables are made under another name, and the name is given last, so that a cut or a second process never meets
// half a ledger.
Status create(const fs::path& file, std::chrono::milliseconds busy) {
  auto beside = empty_file_beside(file);
  if (!beside) return std::move(beside).error();
  auto made = make_tables(*beside, busy);
  if (made && ::link(beside->c_str(), file.c_str()) != 0 && errno != EEXIST) made = disk_error("creating", file, errno);
  for (const char* end : {"", "-wal", "-shm"}) ::unlink((beside->string() + end).c_str());
  return made;
}

Status check_identity(SqliteDatabase& database) {
  const auto identity = single_number(database, "PRAGMA application_id");
  if (!identity) return identity.error();
  const auto tables = single_number(database, "SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  if (*identity != application_id && *tables != 0)
    return Error{Errc::ledger, database.file().string() + " is a database, but no ledger of ec200u-pki",
                 "name another file in [ledger] of the project file, or move this one away"};
  if (*tables == 0)  // an empty file somebody made
    if (auto wal = database.run("PRAGMA journal_mode = WAL"); !wal) return wal;
  return migrate(database);
}

Status check_ready(SqliteDatabase& database) {
  // NORMAL: SQLite flushes its log before it writes it back, but not at a commit (sqlite.org, "PRAGMA synchronous"). We
  // flush it after each COMMIT ourselves, once for all threads that wait (wal_group.hpp): a commit is on the disk when
  // it returns, also when the power goes.
  // 64 MiB of pages: serials are random, and a batch of them touches every page of their index. For the same reason the
  // log is written back at 16 MiB, not at 4.
  if (auto ready = database.run("PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; "
                                "PRAGMA wal_autocheckpoint = 4096");
      !ready)
    return ready;
  return check_identity(database);
}

Result<std::unique_ptr<SqliteDatabase>> open_as_usual(const fs::path& file, std::chrono::milliseconds busy) {
  auto database = SqliteDatabase::open(file, busy);
  if (!database) return database;
  if (auto ready = check_ready(**database); !ready) return std::move(ready).error();
  return database;
}

// Why nothing can be written there, as errno; 0 when it can.
int why_unwritable(const fs::path& file) {
  const auto folder = file.has_parent_path() ? file.parent_path() : fs::path(".");
  for (const auto& place : {folder, file})
    if (::faccessat(AT_FDCWD, place.c_str(), W_OK, AT_EACCESS) != 0 && errno != ENOENT) return errno;
  return 0;
}

Error cannot_record(const fs::path& file, int why) {
  return {Errc::disk, "the ledger " + file.string() + " can be read but not written here: " + std::strerror(why),
          disk_error("writing", file, why).hint + "; commands that only read work here: list, show, ledger check"};
}

// 0 for a file that is not there.
off_t size_of(const std::string& file) {
  struct stat facts {};
  return ::stat(file.c_str(), &facts) == 0 ? facts.st_size : 0;
}

Error recorded_beside(const fs::path& file, const std::string& beside) {
  return {Errc::disk,
          "the ledger " + file.string() + " cannot be read here: " + beside +
              " holds what was recorded last, and nothing can be written beside it",
          "copy the ledger with the files beside its name into a folder that you may write, and read it there"};
}

// SQLite reads a ledger through a log and a file of locks beside it (sqlite.org, "Write-Ahead Logging", read-only
// databases). Where it can neither make nor read them, the file alone is read, but only when it is the whole ledger: no
// log, and nobody who has it open, for whoever has keeps both files there.
Result<std::unique_ptr<SqliteDatabase>> open_unwritable(const fs::path& file) {
  const auto facts = facts_of(file);
  if (!facts) return facts.error();
  for (const char* end : {"-wal", "-journal"})
    if (const auto beside = file.string() + end; size_of(beside) != 0) return recorded_beside(file, beside);
  std::error_code unknown;
  // On a full disk the attempt before this one leaves a few bytes of the file of locks; whoever has the ledger open
  // gave it its 32 KiB (sqlite.org, "WAL-mode File Format").
  constexpr off_t in_use = 32768;
  if (fs::exists(file.string() + "-wal", unknown) && size_of(file.string() + "-shm") >= in_use)
    return Error{Errc::disk,
                 "the ledger " + file.string() + " is open in another program, and its " + file.filename().string() +
                     "-shm cannot be read here",
                 "run the command as the account that owns the ledger, or when the other program has ended; fuser " +
                     file.string() + " names it"};
  auto database = SqliteDatabase::open_unchanging(file, *facts);
  if (!database) return database;
  const auto version = (*database)->schema_version();
  if (version && *version > 0 && *version < schema_version())
    return Error{Errc::disk,
                 "the ledger " + file.string() + " is of an older ec200u-pki and must be brought up to date first, " +
                     "which cannot be done where nothing can be written",
                 "copy it into a folder that you may write, and read it there"};
  if (auto ready = check_ready(**database); !ready) return std::move(ready).error();
  return database;
}

}  // namespace

Result<fs::path> empty_file_beside(const fs::path& file) {
  std::string beside = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);  // mode 0600; SQLite gives its side files the same
  if (descriptor < 0) return disk_error("creating", file, errno);
  ::close(descriptor);
  return fs::path(beside);
}

Result<std::unique_ptr<SqliteDatabase>> open_file(const fs::path& file, std::chrono::milliseconds busy, Access access) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    if (errno != ENOENT) return disk_error("opening the ledger", file, errno);
    if (auto created = create(file, busy); !created) return std::move(created).error();
  } else if (S_ISDIR(facts.st_mode)) {
    return Error{Errc::ledger, file.string() + " is a folder, not a ledger", "name a file"};
  }
  auto database = open_as_usual(file, busy);
  const int why = why_unwritable(file);
  if (access == Access::read) {
    if (database || database.error().code != Errc::disk) return database;
    auto as_it_stands = open_unwritable(file);
    // With room and leave to write, it is something else that is wrong.
    return as_it_stands || why != 0 ? std::move(as_it_stands) : std::move(database);
  }
  // Said now, not when half of the work is done.
  if (database && ::sqlite3_db_readonly((*database)->raw(), "main") == 1)
    return cannot_record(file, why != 0 ? why : EACCES);
  if (!database && database.error().code == Errc::disk && why != 0 &&
      ::faccessat(AT_FDCWD, file.c_str(), R_OK, AT_EACCESS) == 0)
    return cannot_record(file, why);
  return database;
}

}  // namespace epki::ledger
