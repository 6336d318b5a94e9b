#include "ledger/derived.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

/// `chosen` is a condition on the row; `kind` stands in it as ?2.
Status read_chosen(Database& database, const std::string& chosen, std::int64_t from, std::string_view kind,
                   std::size_t limit, const std::function<Result<bool>(const Event& event)>& each) {
  Names names(database);
  std::int64_t after = from - 1;
  std::size_t left = limit;
  // In pages: a call without a transaction may be asked for many, too.
  constexpr std::int64_t page = 1000;
  for (;;) {
    Statement rows(database,
                   "SELECT number, at, kind, detail, operator, station, tool, hash FROM event WHERE number > ?1 AND " +
                       chosen + " ORDER BY number LIMIT ?3");
    const auto wanted = limit == 0 ? page : std::min(page, static_cast<std::int64_t>(left));
    if (wanted == 0) return success();
    rows.bind(1, after).bind(2, kind).bind(3, wanted);
    std::int64_t found = 0;
    bool stopped = false;
    auto read = for_rows(rows, [&]() -> Status {
      if (stopped) return success();
      ++found;
      after = rows.number(0);
      auto at = stored_instant(database, rows.text(1));
      if (!at) return std::move(at).error();
      auto detail = stored_json(database, rows.text(3));
      if (!detail) return std::move(detail).error();
      auto named = names.with_people(std::move(*detail));
      if (!named) return std::move(named).error();
      auto person = names.name_of(rows.text(4));
      if (!person) return std::move(person).error();
      const auto on = each(Event{rows.number(0), *at, rows.text(2), std::move(*named), std::move(*person), rows.text(5),
                                 rows.text(6), rows.text(7)});
      if (!on) return on.error();
      stopped = !*on;
      return success();
    });
    if (!read) return read;
    if (stopped || found < wanted) return success();
    left -= static_cast<std::size_t>(found);
  }
}

}  // namespace

Status read_events(Database& database, std::int64_t from, std::string_view kind, std::size_t limit,
                   const std::function<Result<bool>(const Event& event)>& each) {
  return read_chosen(database, "(?2 = '' OR kind = ?2)", from, kind, limit, each);
}

Status read_holds(Database& database, std::int64_t from, const std::function<Result<bool>(const Event& event)>& each) {
  // In the words of the index event_hold: a database sees only then that it fits.
  return read_chosen(database, "kind IN ('batch-held', 'batch-released') AND ?2 = ''", from, "", 0, each);
}

}  // namespace epki::ledger
