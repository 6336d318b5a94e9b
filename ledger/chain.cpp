#include "ledger/chain.hpp"

#include <array>

#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {

namespace {

struct Table {
  std::string_view name;
  const char* rows;  ///< the columns of its rows of one event, in the order in which they are hashed
};

constexpr std::array tables{
    Table{"certificate",
          "SELECT id, issuer, serial, kind, name, subject, sha256, not_before, not_after, pem FROM certificate"
          " WHERE event = ? ORDER BY id"},
    Table{"run", "SELECT id, imei, model, firmware, port, status, detail FROM run WHERE event = ? ORDER BY id"},
    Table{"verdict",
          "SELECT id, model, firmware, path, settings, class, names_checked, imei, at, detail FROM verdict"
          " WHERE event = ? ORDER BY id"},
    Table{"journal", "SELECT id, imei, kind, at, detail FROM journal WHERE event = ? ORDER BY id"},
    Table{"journal_end", "SELECT id, journal FROM journal_end WHERE event = ? ORDER BY id"},
    Table{"file", "SELECT id, imei, name, size, sha256, evidence FROM file WHERE event = ? ORDER BY id"},
};

struct Row {
  std::int64_t number;
  std::string at, kind, rows, detail, hash;
};

std::string hash_of(std::string_view previous, const Row& row) {
  std::string body = std::string(previous) + "\n" + std::to_string(row.number);
  for (const auto* part : {&row.at, &row.kind, &row.rows, &row.detail}) body += "\n" + *part;
  return ossl::sha256_hex(as_bytes(body));
}

const std::string& before_the_first() {
  static const std::string zeros(64, '0');
  return zeros;
}

Error broken(const Database& database, std::int64_t number, std::string_view why) {
  return {Errc::ledger,
          "the ledger " + database.file().string() + " was changed: event " + std::to_string(number) + " " +
              std::string(why),
          "everything before event " + std::to_string(number) + " is as it was written; compare with a backup"};
}

// One walk, in a read transaction, so that writers at work do not disturb it.
Result<std::string> walk(const Database& database) {
  Statement events(database, "SELECT number, at, kind, rows, detail, hash FROM event ORDER BY number");
  std::string previous = before_the_first();
  std::int64_t expected = 1;
  for (;; ++expected) {
    const auto more = events.next();
    if (!more) return more.error();
    if (!*more) break;
    const Row row{events.number(0), events.text(1), events.text(2), events.text(3), events.text(4), events.text(5)};
    if (row.number != expected) return broken(database, expected, "is missing");
    const auto rows = rows_digest(database, row.number);
    if (!rows) return rows.error();
    if (*rows != row.rows) return broken(database, row.number, "does not match the rows recorded with it");
    if (hash_of(previous, row) != row.hash) return broken(database, row.number, "does not follow the one before it");
    previous = row.hash;
  }
  for (const auto& table : tables) {
    const std::string sql =
        "SELECT count(*) FROM " + std::string(table.name) + " WHERE event NOT IN (SELECT number FROM event)";
    const auto strays = single_number(database, sql.c_str());
    if (!strays) return strays.error();
    if (*strays != 0) return broken(database, expected, "is missing, but rows recorded with it are there");
  }
  return "ok, " + counted(static_cast<std::size_t>(expected - 1), "event") + ", last hash " + previous;
}

}  // namespace

Result<std::string> rows_digest(const Database& database, std::int64_t event) {
  std::string all;
  for (const auto& table : tables) {
    Statement rows(database, table.rows);
    rows.bind(1, event);
    for (;;) {
      const auto more = rows.next();
      if (!more) return more.error();
      if (!*more) break;
      all += table.name;
      for (int column = 0; column < rows.columns(); ++column) {
        const auto text = rows.text(column);
        all += " " + std::to_string(text.size()) + ":" + text;
      }
      all += "\n";
    }
  }
  return ossl::sha256_hex(as_bytes(all));
}

Result<std::int64_t> next_event(const Database& database) {
  auto last = single_number(database, "SELECT max(number) FROM event");
  if (!last) return last;
  return *last + 1;
}

Status append_event(const Database& database, std::int64_t number, Instant at, std::string_view kind,
                    const Json& detail) {
  std::string previous = before_the_first();
  if (number > 1) {
    Statement last(database, "SELECT hash FROM event WHERE number = ?");
    const auto row = last.bind(1, number - 1).next();
    if (!row) return row.error();
    if (*row) previous = last.text(0);
  }
  auto rows = rows_digest(database, number);
  if (!rows) return std::move(rows).error();
  const Row row{number, rfc3339(at), std::string(kind), std::move(*rows), detail.dump(-1), {}};
  Statement insert(database, "INSERT INTO event (number, at, kind, rows, detail, hash) VALUES (?, ?, ?, ?, ?, ?)");
  return insert.bind(1, number)
      .bind(2, row.at)
      .bind(3, row.kind)
      .bind(4, row.rows)
      .bind(5, row.detail)
      .bind(6, hash_of(previous, row))
      .done();
}

Result<std::string> check_chain(const Database& database) {
  Statement whole(database, "PRAGMA integrity_check(1)");
  const auto row = whole.next();
  if (!row) return row.error();
  if (*row && whole.text(0) != "ok")
    return Error{Errc::ledger, "the ledger " + database.file().string() + " is damaged: " + whole.text(0),
                 "restore it from a backup"};
  return walk(database);
}

}  // namespace epki::ledger
