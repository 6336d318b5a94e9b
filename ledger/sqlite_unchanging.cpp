// A ledger's file read as it stands, and noticing that it did not stand still.

#include <sys/stat.h>

#include <cerrno>

#include "core/file.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

namespace {

// sqlite.org, "Uniform Resource Identifiers": what has a meaning in one is escaped.
std::string uri_of(const std::filesystem::path& file) {
  std::string uri = "file://";
  for (const char c : std::filesystem::absolute(file).string()) {
    if (c == '%')
      uri += "%25";
    else if (c == '?')
      uri += "%3f";
    else if (c == '#')
      uri += "%23";
    else
      uri += c;
  }
  return uri + "?immutable=1";
}

}  // namespace

bool FileFacts::operator==(const FileFacts& other) const {
  return device == other.device && number == other.number && size == other.size &&
         modified.tv_sec == other.modified.tv_sec && modified.tv_nsec == other.modified.tv_nsec;
}

Result<FileFacts> facts_of(const std::filesystem::path& file) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) return disk_error("reading the ledger", file, errno);
  return FileFacts{facts.st_dev, facts.st_ino, facts.st_size, facts.st_mtim};
}

Result<std::unique_ptr<SqliteDatabase>> SqliteDatabase::open_unchanging(const std::filesystem::path& file,
                                                                        const FileFacts& facts) {
  sqlite3* raw = nullptr;
  const int code = ::sqlite3_open_v2(uri_of(file).c_str(), &raw,
                                     SQLITE_OPEN_READONLY | SQLITE_OPEN_URI | SQLITE_OPEN_FULLMUTEX, nullptr);
  std::unique_ptr<SqliteDatabase> database(new SqliteDatabase(raw, file, {}));
  if (raw == nullptr) return Error{Errc::internal, "no memory for the ledger"};
  if (code != SQLITE_OK) return database->failure();
  ::sqlite3_extended_result_codes(raw, 1);
  database->unchanging_ = facts;
  if (auto still = database->still_unchanged(); !still) return std::move(still).error();
  return database;
}

Status SqliteDatabase::still_unchanged() const {
  if (!unchanging_) return success();
  const auto now = facts_of(file_);
  if (!now) return now.error();
  if (*now == *unchanging_) return success();
  return Error{Errc::ledger, name() + " was changed by another program while it was read",
               "run the same command again; it reads without locks, because it may not write beside the ledger"};
}

}  // namespace epki::ledger
