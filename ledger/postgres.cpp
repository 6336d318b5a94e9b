#include "ledger/postgres.hpp"

#include <poll.h>

#include <vector>

#include "core/poll.hpp"
#include "core/text.hpp"
#include "ledger/schema.hpp"

namespace epki::ledger {

namespace {

// "epki" again: the one lock that every writer of a ledger takes.
constexpr const char* write_lock = "SELECT pg_advisory_xact_lock(1701866345)";

// How long a server may be silent over a statement that reads a whole table, or changes one.
Deadline of_long_statements() {
  return after(std::chrono::minutes(10));
}

std::vector<const char*> pointers_to(const std::vector<std::string>& values) {
  std::vector<const char*> all;
  all.reserve(values.size());
  for (const auto& value : values) all.push_back(value.c_str());
  return all;
}

std::string message_of(const PGresult* result) {
  const char* said = pq().resultErrorField(result, PG_DIAG_MESSAGE_PRIMARY);
  return said != nullptr ? said : "no reason given";
}

class PostgresCursor : public Cursor {
 public:
  PostgresCursor(PostgresDatabase& database, const std::string& sql)
      : database_(database), sql_(postgres_places(sql)) {}

  void bind(int place, std::string_view text) override {
    const auto index = static_cast<std::size_t>(place) - 1;
    if (values_.size() <= index) values_.resize(index + 1);
    values_[index] = text;
    // libpq takes texts that end with NUL, and PostgreSQL holds none inside.
    if (text.find('\0') != std::string_view::npos) bad_ = true;
  }
  void bind(int place, std::int64_t number) override { bind(place, std::string_view(std::to_string(number))); }

  Result<bool> next() override {
    if (bad_) return Error{Errc::ledger, database_.name() + " cannot hold a text with a NUL byte in it"};
    if (!result_) {
      auto got = database_.execute_prepared(sql_, values_);
      if (!got) return std::move(got).error();
      result_ = std::move(*got);
      row_ = -1;
    }
    return ++row_ < pq().ntuples(result_.get());
  }

  Status later() override {
    if (bad_) return Cursor::later();
    return database_.queue(sql_, values_);
  }

  void reset() override {
    changed_ = changed();
    result_.reset();
    row_ = -1;
  }

  std::string text(int column) const override {
    const auto size = static_cast<std::size_t>(pq().getlength(result_.get(), row_, column));
    return {pq().getvalue(result_.get(), row_, column), size};
  }
  std::int64_t number(int column) const override { return parse_integer(text(column)).value_or(0); }
  int columns() const override { return pq().nfields(result_.get()); }
  std::int64_t changed() const override {
    return result_ ? parse_integer(pq().cmdTuples(result_.get())).value_or(0) : changed_;
  }

 protected:
  PostgresDatabase& database_;
  std::string sql_;
  std::vector<std::string> values_;
  PostgresResult result_;
  int row_ = -1;
  bool bad_ = false;

 private:
  std::int64_t changed_ = 0;
};

// Rows in pieces, from a cursor that the server holds.
class PostgresStream final : public PostgresCursor {
 public:
  PostgresStream(PostgresDatabase& database, const std::string& sql)
      : PostgresCursor(database, sql), cursor_(database.next_name()) {}
  ~PostgresStream() override {
    if (!declared_ || database_.lost()) return;
    // The transaction may have failed: then the cursor is gone already, and so the answer does not matter.
    static_cast<void>(database_.execute("CLOSE " + cursor_, {}, of_long_statements()).ok());
  }
  PostgresStream(const PostgresStream&) = delete;
  PostgresStream& operator=(const PostgresStream&) = delete;

  Result<bool> next() override {
    if (!declared_) {
      auto made =
          database_.execute("DECLARE " + cursor_ + " NO SCROLL CURSOR FOR " + sql_, values_, of_long_statements());
      if (!made) return std::move(made).error();
      declared_ = true;
    }
    if (result_ && ++row_ < pq().ntuples(result_.get())) return true;
    auto got = database_.execute("FETCH 500 FROM " + cursor_, {}, of_long_statements());
    if (!got) return std::move(got).error();
    result_ = std::move(*got);
    row_ = 0;
    return pq().ntuples(result_.get()) > 0;
  }

 private:
  std::string cursor_;
  bool declared_ = false;
};

std::string name_of(const PGconn* handle) {
  const char* host = pq().host(handle);
  const bool local = host == nullptr || *host == '\0' || *host == '/';
  return std::string("the ledger database ") + pq().db(handle) + (local ? "" : std::string(" on ") + host);
}

}  // namespace

PostgresDatabase::PostgresDatabase(PostgresHandle handle, std::string url, std::chrono::milliseconds busy)
    : handle_(std::move(handle)), url_(std::move(url)), name_(name_of(handle_.get())), busy_(busy) {}

Result<std::unique_ptr<PostgresDatabase>> PostgresDatabase::adopt(PostgresHandle handle, std::string url,
                                                                  std::chrono::milliseconds busy) {
  std::unique_ptr<PostgresDatabase> database(new PostgresDatabase(std::move(handle), std::move(url), busy));
  pq().setnonblocking(database->handle_.get(), 1);
  // Notices would go to stderr.
  pq().setNoticeReceiver(
      database->handle_.get(), [](void*, const PGresult*) {}, nullptr);
  // A commit is on the disk when it returns, whatever the server's default is.
  auto set = database->simple(
      "SET client_encoding = 'UTF8'; SET synchronous_commit = on; SET lock_timeout = " + std::to_string(busy.count()),
      database->patience());
  if (!set) return std::move(set).error();
  return database;
}

Error PostgresDatabase::gone(const std::string& said) {
  lost_ = true;
  return {Errc::ledger, name_ + " is not reachable any more" + (said.empty() ? "" : ": " + said),
          "check that the database server runs, then run the same command again"};
}

Result<PostgresResult> PostgresDatabase::await(bool sent, Deadline deadline) {
  state_.clear();
  if (lost_) return gone("");
  auto* handle = handle_.get();
  const auto said = [&] {
    const std::string all(pq().errorMessage(handle));
    return all.substr(0, all.find('\n'));
  };
  if (!sent) return gone(said());
  PostgresResult last;
  for (;;) {
    const int flushed = pq().flush(handle);
    if (flushed < 0 || pq().consumeInput(handle) != 1) return gone(said());
    if (flushed == 0 && pq().isBusy(handle) == 0) {
      PostgresResult one(pq().getResult(handle));
      if (!one) break;
      // Of several statements the first failure counts, else the last result.
      if (!last || pq().resultStatus(last.get()) != PGRES_FATAL_ERROR) last = std::move(one);
      continue;
    }
    pollfd wait{pq().socket(handle), static_cast<short>(flushed == 1 ? POLLIN | POLLOUT : POLLIN), 0};
    if (::poll(&wait, 1, milliseconds_until(deadline)) == 0) return gone("it is silent");
  }
  if (pq().status(handle) == CONNECTION_BAD) return gone(last ? message_of(last.get()) : said());
  return judge(std::move(last));
}

Result<PostgresResult> PostgresDatabase::judge(PostgresResult result) {
  const auto status = pq().resultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return result;
  const char* state = pq().resultErrorField(result.get(), PG_DIAG_SQLSTATE);
  state_ = state != nullptr ? state : "";
  const char* more = pq().resultErrorField(result.get(), PG_DIAG_MESSAGE_DETAIL);
  const auto said = message_of(result.get()) + (more != nullptr ? std::string(": ") + more : "");
  // PostgreSQL documentation, appendix A: class 57P is a server that shuts down or starts, 08 the connection, 25P03 a
  // transaction that stood still for too long.
  if (state_.starts_with("57P") || state_.starts_with("08") || state_ == "25P03") return gone(said);
  if (state_ == "55P03")  // lock_not_available
    return Error{Errc::ledger, name_ + " stays locked by another program",
                 "wait until it ends, then run the same command again"};
  if (state_.starts_with("53"))  // insufficient resources: disk full, too many connections
    return Error{Errc::disk, "no room for " + name_ + ": " + said, "free some space on the database server"};
  if (state_ == "42501")  // insufficient_privilege
    return Error{Errc::disk, "cannot write " + name_ + ": " + said,
                 "grant this account the rights that docs/ledger.md names"};
  return Error{Errc::ledger, name_ + ": " + said, "ec200u-pki ledger check tells whether it is whole"};
}

Result<PostgresResult> PostgresDatabase::simple(const std::string& sql, Deadline deadline) {
  if (auto settled = settle_queue(); !settled) return std::move(settled).error();
  return await(!lost_ && pq().sendQuery(handle_.get(), sql.c_str()) == 1, deadline);
}

Result<PostgresResult> PostgresDatabase::execute(const std::string& sql, const std::vector<std::string>& values,
                                                 Deadline deadline) {
  if (auto settled = settle_queue(); !settled) return std::move(settled).error();
  const auto texts = pointers_to(values);
  return await(!lost_ && pq().sendQueryParams(handle_.get(), sql.c_str(), static_cast<int>(texts.size()), nullptr,
                                              texts.data(), nullptr, nullptr, 0) == 1,
               deadline);
}

Result<std::string> PostgresDatabase::prepared(const std::string& sql) {
  auto& name = prepared_[sql];
  if (!name.empty()) return name;
  if (auto settled = settle_queue(); !settled) return std::move(settled).error();
  const auto wanted = "p" + std::to_string(prepared_.size());
  auto made =
      await(!lost_ && pq().sendPrepare(handle_.get(), wanted.c_str(), sql.c_str(), 0, nullptr) == 1, patience());
  if (!made) return std::move(made).error();
  name = wanted;
  return name;
}

Result<PostgresResult> PostgresDatabase::execute_prepared(const std::string& sql,
                                                          const std::vector<std::string>& values) {
  const auto name = prepared(sql);
  if (!name) return name.error();
  if (auto settled = settle_queue(); !settled) return std::move(settled).error();
  const auto texts = pointers_to(values);
  return await(!lost_ && pq().sendQueryPrepared(handle_.get(), name->c_str(), static_cast<int>(texts.size()),
                                                texts.data(), nullptr, nullptr, 0) == 1,
               patience());
}

Status PostgresDatabase::run(const std::string& sql) {
  auto done = simple(postgres_types(sql), of_long_statements());
  return done ? success() : Status(std::move(done).error());
}

std::unique_ptr<Cursor> PostgresDatabase::prepare(const std::string& sql, Expect expect) {
  if (expect == Expect::many) return std::make_unique<PostgresStream>(*this, sql);
  return std::make_unique<PostgresCursor>(*this, sql);
}

Status PostgresDatabase::begin_writing() {
  // A writer that stands still, its process stopped for instance, must not hold all others up for good.
  auto begun =
      simple(std::string("BEGIN; SET LOCAL idle_in_transaction_session_timeout = '60s'; ") + write_lock, patience());
  if (begun) return success();
  auto failed = std::move(begun).error();
  rollback();
  return failed;
}

Status PostgresDatabase::begin_reading() {
  auto begun = simple("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY", patience());
  return begun ? success() : Status(std::move(begun).error());
}

Status PostgresDatabase::commit() {
  auto done = simple("COMMIT", patience());
  if (!done) return std::move(done).error();
  // COMMIT of a transaction that failed is answered by ROLLBACK, and is no error to the server.
  if (std::string_view(pq().cmdStatus(done->get())) == "COMMIT") return success();
  return Error{Errc::ledger, name_ + " rolled the transaction back", "run the same command again"};
}

void PostgresDatabase::rollback() {
  if (lost_) return;
  const auto state = state_;
  // Whatever it answers, the transaction is over: a connection that is gone has rolled back, too.
  static_cast<void>(simple("ROLLBACK", patience()).ok());
  state_ = state;
}

Result<std::int64_t> PostgresDatabase::schema_version() {
  const auto tables = single_number(*this,
                                    "SELECT count(*) FROM information_schema.tables WHERE table_schema ="
                                    " current_schema() AND table_name IN ('ledger_version', 'event')");
  if (!tables) return tables.error();
  if (*tables == 0) return 0;
  if (*tables == 1)
    return Error{Errc::ledger, name_ + " is a database, but no ledger of ec200u-pki",
                 "name another database, or another schema, in [ledger] url of the project file"};
  return single_number(*this, "SELECT version FROM ledger_version");
}

Status PostgresDatabase::set_schema_version(std::int64_t version) {
  return run(
      "CREATE TABLE IF NOT EXISTS ledger_version (version INTEGER NOT NULL); DELETE FROM ledger_version;"
      " INSERT INTO ledger_version VALUES (" +
      std::to_string(version) + ")");
}

Result<std::unique_ptr<Database>> PostgresDatabase::again() const {
  auto other = connect(url_, busy_);
  if (!other) return std::move(other).error();
  return std::unique_ptr<Database>(std::move(*other));
}

}  // namespace epki::ledger
