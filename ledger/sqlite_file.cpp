// A ledger's file: made whole or not at all, recognised, brought up to date.

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

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

}  // namespace

Result<fs::path> empty_file_beside(const fs::path& file) {
  std::string beside = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);  // mode 0600; SQLite gives its side files the same
  if (descriptor < 0) return disk_error("creating", file, errno);
  ::close(descriptor);
  return fs::path(beside);
}

Result<std::unique_ptr<SqliteDatabase>> open_file(const fs::path& file, std::chrono::milliseconds busy) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    if (errno != ENOENT) return disk_error("opening the ledger", file, errno);
    if (auto created = create(file, busy); !created) return std::move(created).error();
  } else if (S_ISDIR(facts.st_mode)) {
    return Error{Errc::ledger, file.string() + " is a folder, not a ledger", "name a file"};
  }
  auto database = SqliteDatabase::open(file, busy);
  if (!database) return std::move(database).error();
  // NORMAL: SQLite flushes its log before it writes it back, but not at a commit (sqlite.org, "PRAGMA synchronous"). We
  // flush it after each COMMIT ourselves, once for all threads that wait (wal_group.hpp): a commit is on the disk when
  // it returns, also when the power goes.
  // 64 MiB of pages: serials are random, and a batch of them touches every page of their index. For the same reason the
  // log is written back at 16 MiB, not at 4.
  if (auto ready =
          (*database)->run("PRAGMA foreign_keys = ON; PRAGMA synchronous = NORMAL; PRAGMA cache_size = -65536; "
                           "PRAGMA wal_autocheckpoint = 4096");
      !ready)
    return std::move(ready).error();
  if (auto ours = check_identity(**database); !ours) return std::move(ours).error();
  return database;
}

}  // namespace epki::ledger
