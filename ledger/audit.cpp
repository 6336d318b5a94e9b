#include "ledger/audit.hpp"

#include "ledger/derived.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

Audit::Audit(Ledger& ledger) : impl_(ledger.impl()) {}

Status Audit::record(std::string_view kind, const Json& detail, const std::vector<std::string>& people) {
  return impl_.record(kind, Where::anywhere, [&](Writing& writing) -> Result<Json> {
    if (people.empty()) return detail;
    Json tokens = Json::array();
    for (const auto& person : people) {
      auto token = token_of(writing.database(), writing.random(), person);
      if (!token) return std::move(token).error();
      tokens.push(std::move(*token));
    }
    Json with = detail.is_object() ? detail : Json::object({{"detail", detail}});
    with.set("people", std::move(tokens));
    return with;
  });
}

Status Audit::for_each(std::int64_t from, std::string_view kind,
                       const std::function<Result<bool>(const Event& event)>& each) {
  return impl_.stream([&](Database& database) { return read_events(database, from, kind, 0, each); }, Where::anywhere);
}

Status Audit::for_holds(std::int64_t from, const std::function<Result<bool>(const Event& event)>& each) {
  return impl_.with_database(Where::anywhere, [&](Database& database) { return read_holds(database, from, each); });
}

Result<bool> Audit::redact(std::string_view person) {
  if (person.empty()) return false;
  bool there = false;
  const auto take_out = [&](Database& database) -> Result<Json> {
    Json tokens = Json::array();
    Statement rows(database, "SELECT token FROM personal WHERE name = ?");
    rows.bind(1, person);
    auto read = for_rows(rows, [&]() -> Status {
      tokens.push(rows.text(0));
      return success();
    });
    if (!read) return std::move(read).error();
    if (tokens.size() == 0) return tokens;
    Statement wipe(database, "UPDATE personal SET salt = '', name = '' WHERE name = ?");
    if (auto done = wipe.bind(1, person).done(); !done) return std::move(done).error();
    there = true;
    return tokens;
  };
  // SQLite leaves deleted bytes in the file unless it is told not to (sqlite.org, "PRAGMA secure_delete").
  auto recorded = impl_.with_database(Where::database_only, [&](Database& database) -> Status {
    if (database.is_sqlite())
      if (auto on = database.run("PRAGMA secure_delete = ON"); !on) return on;
    auto words = impl_.words("redacted", impl_.random_key());
    if (words.operator_name == person) words.operator_name.clear();
    auto writing = Writing::begin(database, impl_.random(), words);
    if (!writing) return std::move(writing).error();
    auto tokens = take_out(database);
    if (!tokens) return std::move(tokens).error();
    if (tokens->size() == 0) return success();  // rolled back: nothing happened
    if (auto done = writing->finish(Json::object({{"tokens", std::move(*tokens)}}).dump(-1)); !done) return done;
    // The write-ahead log holds the old page until it is written back and cut to nothing.
    return database.is_sqlite() ? database.run("PRAGMA wal_checkpoint(TRUNCATE)") : success();
  });
  if (!recorded) return std::move(recorded).error();
  if (impl_.local) {
    const std::lock_guard lock(impl_.mutex);
    if (auto wiped = take_out(*impl_.local); !wiped) return std::move(wiped).error();
  }
  return there;
}

Result<std::vector<std::string>> Audit::people() {
  using All = std::vector<std::string>;
  return impl_.read<All>([&](Database& database) -> Result<All> {
    Statement rows(database, "SELECT DISTINCT name FROM personal WHERE name <> '' ORDER BY name");
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      all.push_back(rows.text(0));
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

}  // namespace epki::ledger
