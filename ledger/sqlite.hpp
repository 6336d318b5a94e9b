#pragma once
// SQLite's C interface with owners and Results; seen in this room only.

#include <sqlite3.h>
#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <ctime>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "ledger/database.hpp"
#include "ledger/wal_group.hpp"

namespace epki::ledger {

/// What a ledger's file is opened for.
enum class Access : std::uint8_t {
  write,
  read,  ///< a place where nothing can be written will do
};

/// By which a change of a file by somebody else is noticed.
struct FileFacts {
  dev_t device = 0;
  ino_t number = 0;
  off_t size = 0;
  timespec modified{};
  bool operator==(const FileFacts& other) const;
};
Result<FileFacts> facts_of(const std::filesystem::path& file);

class SqliteDatabase final : public Database {
 public:
  /// The file must exist. `busy` is how long a statement waits for another process.
  static Result<std::unique_ptr<SqliteDatabase>> open(const std::filesystem::path& file,
                                                      std::chrono::milliseconds busy);
  /// The same for a file beside which SQLite cannot make its log: without log and locks, read as it stands. Every row
  /// that is read is refused once somebody else changed the file after `facts` were taken.
  static Result<std::unique_ptr<SqliteDatabase>> open_unchanging(const std::filesystem::path& file,
                                                                 const FileFacts& facts);

  Status run(const std::string& sql) override;
  std::unique_ptr<Cursor> prepare(const std::string& sql, Expect expect) override;
  Status begin_writing() override;
  Status begin_reading() override;
  Status commit() override;
  Result<Durable> commit_soon() override;
  void rollback() override;
  bool refused_duplicate() const override;
  bool lost() const override { return false; }
  Result<std::int64_t> schema_version() override;
  Status set_schema_version(std::int64_t version) override;
  bool is_sqlite() const override { return true; }
  Status check_storage() override;
  Result<std::unique_ptr<Database>> again() const override;
  void write_back() override;
  std::string name() const override { return "the ledger " + file_.string(); }

  /// A consistent copy of the whole database into `file`, which must be an empty file, while others write on.
  Status copy_to(const std::filesystem::path& file);

  /// What SQLite said last, as an Error whose code and hint fit the cause.
  Error failure() const;
  /// True when it was opened by open_unchanging().
  bool unchanging() const { return unchanging_.has_value(); }
  /// Success unless the file had to stay as it was and did not.
  Status still_unchanged() const;
  sqlite3* raw() const { return handle_.get(); }
  const std::filesystem::path& file() const { return file_; }

 private:
  struct Close {
    void operator()(sqlite3* handle) const { ::sqlite3_close_v2(handle); }
  };
  struct Finalize {
    void operator()(sqlite3_stmt* statement) const { ::sqlite3_finalize(statement); }
  };
  friend class SqliteCursor;
  SqliteDatabase(sqlite3* handle, std::filesystem::path file, std::chrono::milliseconds busy)
      : group_(WalGroup::of(file)), handle_(handle), file_(std::move(file)), busy_(busy) {}
  void end_turn();

  std::shared_ptr<WalGroup> group_;
  bool our_turn_ = false;
  std::unique_ptr<sqlite3, Close> handle_;
  std::filesystem::path file_;
  std::chrono::milliseconds busy_;
  std::optional<FileFacts> unchanging_;
  // Statements that nobody uses at the moment, by their text: compiling one costs more than running it. Closed first.
  std::unordered_map<std::string, std::vector<std::unique_ptr<sqlite3_stmt, Finalize>>> idle_;
};

/// Opens or creates a ledger's file (0600, WAL, whole or not at all), with its tables as this program knows them.
/// To read, also where nothing can be written, as long as all that was recorded stands in the file itself; Errc::disk
/// otherwise.
Result<std::unique_ptr<SqliteDatabase>> open_file(const std::filesystem::path& file, std::chrono::milliseconds busy,
                                                  Access access = Access::write);

/// An empty file of mode 0600 beside `file`, for a database that gets its name last.
Result<std::filesystem::path> empty_file_beside(const std::filesystem::path& file);

}  // namespace epki::ledger
