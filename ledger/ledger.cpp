#include "ledger/ledger.hpp"

#include <fcntl.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

#include "core/file.hpp"
#include "ledger/chain.hpp"
#include "ledger/impl.hpp"
#include "ledger/schema.hpp"

namespace epki::ledger {

namespace fs = std::filesystem;

namespace {

Status set_up(Database& database) {
  // FULL: a commit is on the disk when it returns, also when the power goes (sqlite.org, "PRAGMA synchronous").
  return database.run("PRAGMA foreign_keys = ON; PRAGMA synchronous = FULL");
}

// Whole or not at all: the tables are made under another name, and the name is given last, so that a cut or a second
// process never meets half a ledger.
Status create(const fs::path& file, std::chrono::milliseconds busy) {
  std::string beside = file.string() + ".XXXXXX";
  const int descriptor = ::mkostemp(beside.data(), O_CLOEXEC);  // mode 0600; SQLite gives its side files the same
  if (descriptor < 0) return disk_error("creating", file, errno);
  ::close(descriptor);
  Status made = success();
  {
    auto database = Database::open(beside, busy);
    made = database ? database->run("PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL") : Status(database.error());
    if (made) made = migrate(*database);
  }
  if (made && ::link(beside.c_str(), file.c_str()) != 0 && errno != EEXIST) made = disk_error("creating", file, errno);
  ::unlink(beside.c_str());
  return made;
}

Status check_identity(Database& database) {
  const auto identity = single_number(database, "PRAGMA application_id");
  if (!identity) return identity.error();
  const auto version = single_number(database, "PRAGMA user_version");
  if (!version) return version.error();
  const auto tables = single_number(database, "SELECT count(*) FROM sqlite_master");
  if (!tables) return tables.error();
  if (*identity != application_id && *tables != 0)
    return Error{Errc::ledger, database.file().string() + " is a database, but no ledger of ec200u-pki",
                 "name another file in [ledger] of the project file, or move this one away"};
  if (*version > schema_version())
    return Error{Errc::ledger,
                 "the ledger " + database.file().string() + " was written by a newer ec200u-pki (version " +
                     std::to_string(*version) + " of its tables; this one knows " + std::to_string(schema_version()) +
                     ")",
                 "use the newer ec200u-pki"};
  if (*tables == 0)  // an empty file somebody made
    if (auto wal = database.run("PRAGMA journal_mode = WAL"); !wal) return wal;
  return *version < schema_version() ? migrate(database) : success();
}

}  // namespace

Result<Ledger> Ledger::open(const fs::path& file, const Clock& clock, Options options) {
  struct stat facts {};
  if (::stat(file.c_str(), &facts) != 0) {
    if (errno != ENOENT) return disk_error("opening the ledger", file, errno);
    if (auto created = create(file, options.busy); !created) return std::move(created).error();
  } else if (S_ISDIR(facts.st_mode)) {
    return Error{Errc::ledger, file.string() + " is a folder, not a ledger", "name a file"};
  }
  auto database = Database::open(file, options.busy);
  if (!database) return std::move(database).error();
  if (auto ready = set_up(*database); !ready) return std::move(ready).error();
  if (auto ours = check_identity(*database); !ours) return std::move(ours).error();
  return Ledger(std::make_unique<Impl>(std::move(*database), clock));
}

Result<Ledger> Ledger::open(const fs::path& file, const Clock& clock) {
  return open(file, clock, Options());
}

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

Status Ledger::Impl::record(std::string_view kind, const Json& detail,
                            const std::function<Status(std::int64_t)>& rows) {
  const std::lock_guard lock(mutex);
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::move(transaction).error();
  const auto number = next_event(database);
  if (!number) return number.error();
  if (auto written = rows(*number); !written) return written;
  if (auto appended = append_event(database, *number, clock.now(), kind, detail); !appended) return appended;
  return transaction->commit();
}

Result<Instant> Ledger::Impl::instant(const std::string& text) const {
  if (const auto at = parse_rfc3339(text)) return *at;
  return Error{Errc::ledger, "the ledger " + database.file().string() + " holds a time it cannot read: " + text,
               "ec200u-pki ledger check names the row"};
}

Result<Json> Ledger::Impl::json(const std::string& text) const {
  auto value = Json::parse(text);
  if (value) return value;
  return Error{Errc::ledger, "the ledger " + database.file().string() + " holds a detail it cannot read",
               "ec200u-pki ledger check names the row"};
}

Result<std::vector<Event>> Ledger::events(std::int64_t from, std::size_t limit) {
  const std::lock_guard lock(impl_->mutex);
  Statement rows(impl_->database,
                 "SELECT number, at, kind, detail FROM event WHERE number >= ? ORDER BY number LIMIT ?");
  rows.bind(1, from).bind(2, static_cast<std::int64_t>(limit));
  std::vector<Event> events;
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return events;
    auto at = impl_->instant(rows.text(1));
    if (!at) return std::move(at).error();
    auto detail = impl_->json(rows.text(3));
    if (!detail) return std::move(detail).error();
    events.push_back({rows.number(0), *at, rows.text(2), std::move(*detail)});
  }
}

Result<std::string> Ledger::check() {
  const std::lock_guard lock(impl_->mutex);
  if (auto begun = impl_->database.run("BEGIN"); !begun) return std::move(begun).error();
  auto said = check_chain(impl_->database);
  // Nothing was written: whether the read lock ends by COMMIT or by itself makes no difference to what was said.
  if (auto ended = impl_->database.run("COMMIT"); !ended && said) return std::move(ended).error();
  return said;
}

}  // namespace epki::ledger
