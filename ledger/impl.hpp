#pragma once
// What a Ledger holds. Its functions are spread by subject; opening, going offline and coming back are in place.cpp.

#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "ledger/personal.hpp"
#include "ledger/server.hpp"
#include "ledger/writing.hpp"

namespace epki::ledger {

/// Whether a call may be answered by the local journal while the database is not reachable.
enum class Where : std::uint8_t { anywhere, database_only };

struct Ledger::Impl {
  Impl(std::unique_ptr<Database> opened, const Clock& given, Options chosen);
  ~Impl();

  std::optional<TemporaryFolder> only_for_now{};  ///< of an empty ledger; before the database, which is closed first
  std::unique_ptr<Database> database;             ///< the file, or the database; null while it is not reachable
  std::unique_ptr<Database> local;                ///< the local journal of a PostgreSQL ledger; null when there is none
  const Clock& clock;
  Options options;
  SystemRandom system_random;
  std::mutex mutex;  ///< the modems' threads share one ledger; a transaction belongs to one of them

  /// Every entry of the database's journal up to this row is ended: looked at before each board, and most of it is
  /// long past. Rows are only added, and none of them is opened again.
  std::int64_t journal_ended = 0;

  // A ledger of PostgreSQL only.
  std::string url;          ///< empty for a file
  std::string why_offline;  ///< empty while the database answers and holds all that the local journal holds
  std::unique_ptr<ServerConnecting> connecting;
  Deadline next_attempt{};

  RandomSource& random() { return options.random != nullptr ? *options.random : system_random; }
  std::string random_key();

  /// Takes the lock, lets `rows` write what belongs to the event, appends the event, commits. `rows` runs again when
  /// the database was lost under it; it returns the event's detail.
  using Rows = std::function<Result<Json>(Writing& writing)>;
  Status record(std::string_view kind, Where where, const Rows& rows, Kept kept = Kept::flushed);
  Status record(std::string_view kind, const Json& detail, const std::function<Status(Writing& writing)>& rows,
                Kept kept = Kept::flushed);

  /// One record() of a file's ledger, of a thread that waits for it.
  struct Waiting {
    std::string_view kind;
    std::string key;
    const Rows& rows;
    bool done = false;
    Status result = Error{Errc::internal, "an event was not recorded"};
    Durable durable = success;
    std::condition_variable woken{};  ///< it is done, or it is this thread's turn to write
  };
  std::mutex waiting_mutex;
  bool one_writes = false;        ///< one of the threads writes for those that wait
  std::vector<Waiting*> waiting;  ///< for the next of them that writes
  Status record_in_file(std::string_view kind, const Rows& rows, Kept kept);
  /// All that wait, in one transaction, or each in its own where that fails; returns them.
  std::vector<Waiting*> write_waiting();
  // With the lock held.
  bool write_together(const std::vector<Waiting*>& all);
  void write_alone(Waiting& one);
  /// With the lock held: one event in a transaction of its own, committed, and perhaps not on the disk yet.
  Result<Durable> write_event(Database& into, std::string_view kind, const std::string& key, const Rows& rows);

  /// Takes the lock and asks; the local journal answers while the database is away. `ask` may run again.
  template <class T>
  Result<T> read(const std::function<Result<T>(Database& database)>& ask) {
    return read_from<T>(Where::anywhere, ask);
  }
  /// The same where the local journal's answer would be wrong: it knows only what happened without the database.
  template <class T>
  Result<T> read_there(const std::function<Result<T>(Database& database)>& ask) {
    return read_from<T>(Where::database_only, ask);
  }
  template <class T>
  Result<T> read_from(Where where, const std::function<Result<T>(Database& database)>& ask) {
    std::optional<T> answer;
    auto done = with_database(where, [&](Database& from) -> Status {
      auto got = ask(from);
      if (!got) return std::move(got).error();
      answer = std::move(*got);
      return success();
    });
    if (!done) return std::move(done).error();
    return std::move(*answer);
  }

  /// A long read on a connection of its own, in one view of the ledger, without the lock. The local journal is no
  /// answer to it unless `where` says so: a list that lacks most of its rows is worse than none.
  Status stream(const std::function<Status(Database& database)>& ask, Where where = Where::database_only);

  /// Takes the lock and finds out where the ledger is at this moment.
  Status with_database(Where where, const std::function<Status(Database& database)>& work);

  /// Once, before the Ledger is handed out. A reader goes on without one where nothing can be written and nothing waits
  /// to be merged.
  Status open_local_journal();

  // With the lock held, all of them.
  /// The database, holding all that the local journal holds; Errc::ledger while it is not reachable.
  Result<Database*> reachable();
  /// Finds out whether the database is there, without waiting unless the connection broke just now, and merges what was
  /// recorded without it. Whatever goes wrong is in why_offline.
  void come_online(bool broke_just_now);
  Status reconnect(std::chrono::milliseconds patience);
  void go_offline(std::string why);
  /// How many events are left to merge when the time is over.
  Result<std::int64_t> merge_some(std::chrono::milliseconds budget);
  /// How many were merged.
  Result<std::size_t> merge_all();

  /// Answers of the database worth having when it is away.
  Status remember(const std::string& name, const Json& value);
  Result<std::optional<Json>> recall(const std::string& name);

  /// What an event of this moment says of itself.
  EventWords words(std::string_view kind, const std::string& key) const;
};

/// A stored text that must be a time, or JSON; Errc::ledger when somebody changed it.
Result<Instant> stored_instant(const Database& database, const std::string& text);
Result<Json> stored_json(const Database& database, const std::string& text);

/// Calls `each` for every row.
Status for_rows(Statement& rows, const std::function<Status()>& each);

/// Errc::ledger while serials are unaccounted for: nothing may be signed then.
Status refuse_unsettled(Database& database);

/// The row of one certificate, and why it cannot be recorded.
Status add_certificate(Writing& writing, const IssuedCertificate& certificate);
/// The same for one of a batch: a failure may come out of a later call.
Status add_certificate_of(Writing& writing, const std::string& batch, const IssuedCertificate& certificate);
/// The detail of an event that issued these.
Json issued_detail(std::span<const IssuedCertificate* const> certificates);

}  // namespace epki::ledger
