#include "ledger/chain.hpp"

#include <memory>
#include <vector>

#include "core/text.hpp"

namespace epki::ledger {

namespace {

Error broken(const Database& database, std::int64_t number, std::string_view why) {
  return {Errc::ledger, database.name() + " was changed: event " + std::to_string(number) + " " + std::string(why),
          "everything before event " + std::to_string(number) + " is as it was written; compare with a backup"};
}

// The rows of one table, read along with the events. Rows are written in the order of events, under one lock: the order
// of ids is theirs.
class TableReader {
 public:
  TableReader(Database& database, const Table& table)
      : table_(table),
        columns_(column_count(table.columns)),
        columns_1_(column_count(table.columns_1)),
        // The columns of format 1 come first, then those that were added later, so that either can be hashed.
        rows_(database,
              "SELECT id, event, " + std::string(table.columns) + " FROM " + std::string(table.name) + " ORDER BY id",
              Expect::many) {}

  Status start() { return advance(); }

  /// Adds the rows of this event; false when there is one of an event before it.
  Result<bool> add(std::int64_t event, std::int64_t format, RowsDigest& digest) {
    while (more_ && rows_.number(1) == event) {
      digest.column(rows_.text(0));
      const auto wanted = format == 1 ? columns_1_ : columns_;
      for (std::size_t i = 0; i < wanted; ++i) digest.column(rows_.text(static_cast<int>(i) + 2));
      digest.row_of(table_);
      if (auto next = advance(); !next) return std::move(next).error();
    }
    return !more_ || rows_.number(1) > event;
  }

  bool at_end() const { return !more_; }

 private:
  Status advance() {
    const auto row = rows_.next();
    if (!row) return row.error();
    more_ = *row;
    return success();
  }

  const Table& table_;
  std::size_t columns_, columns_1_;
  Statement rows_;
  bool more_ = false;
};

EventRow event_of(const Statement& row) {
  EventRow event{row.number(0), row.text(1), row.text(2), row.text(3), row.text(4), row.text(5)};
  event.format = row.number(6);
  event.operator_token = row.text(7);
  event.station = row.text(8);
  event.tool = row.text(9);
  event.key = row.text(10);
  event.origin = row.text(11);
  return event;
}

}  // namespace

const std::string& before_the_first() {
  static const std::string zeros(64, '0');
  return zeros;
}

std::string hash_of(std::string_view previous, const EventRow& row) {
  std::string body = std::string(previous) + "\n" + std::to_string(row.number);
  for (const auto* part : {&row.at, &row.kind, &row.rows, &row.detail}) body += "\n" + *part;
  if (row.format != 1) {
    body = std::to_string(row.format) + "\n" + body;
    for (const auto* part : {&row.operator_token, &row.station, &row.tool, &row.key, &row.origin}) body += "\n" + *part;
  }
  return ossl::sha256_hex(as_bytes(body));
}

void RowsDigest::column(std::string_view text) {
  row_ += " " + std::to_string(text.size()) + ":";
  row_ += text;
}

void RowsDigest::row_of(const Table& table) {
  row_ += "\n";
  if (format_ == 1) {
    all_ += table.name;
    all_ += row_;
  } else {
    auto& part = parts_.at(place_of(table));
    if (!part) part.emplace();
    part->digest.add(as_bytes(row_));
    ++part->rows;
  }
  row_.clear();
}

std::string RowsDigest::hex() {
  for (std::size_t i = 0; i < parts_.size(); ++i)
    if (auto& part = parts_.at(i))
      all_ +=
          std::string(chained_tables()[i]->name) + " " + std::to_string(part->rows) + " " + part->digest.hex() + "\n";
  return ossl::sha256_hex(as_bytes(all_));
}

Result<Walk> walk_chain(Database& database, std::int64_t sought, const Progress& progress) {
  std::vector<std::unique_ptr<TableReader>> tables;
  for (const auto* table : chained_tables()) {
    tables.push_back(std::make_unique<TableReader>(database, *table));
    if (auto started = tables.back()->start(); !started) return std::move(started).error();
  }
  Statement events(database,
                   "SELECT number, at, kind, rows, detail, hash, format, operator, station, tool, key, origin"
                   " FROM event ORDER BY number",
                   Expect::many);
  const auto total =
      progress ? single_number(database, "SELECT max(number) FROM event") : Result<std::int64_t>(std::int64_t{0});
  if (!total) return total.error();
  Walk walk{0, before_the_first(), {}};
  std::int64_t expected = 1;
  for (;; ++expected) {
    const auto more = events.next();
    if (!more) return more.error();
    if (!*more) break;
    const auto event = event_of(events);
    if (event.number != expected) return broken(database, expected, "is missing");
    RowsDigest digest(event.format);
    for (const auto& table : tables) {
      const auto in_order = table->add(event.number, event.format, digest);
      if (!in_order) return in_order.error();
      if (!*in_order) return broken(database, event.number, "stands behind rows of an event before it");
    }
    if (digest.hex() != event.rows) return broken(database, event.number, "does not match the rows recorded with it");
    if (hash_of(walk.last_hash, event) != event.hash)
      return broken(database, event.number, "does not follow the one before it");
    walk.last_hash = event.hash;
    if (event.number == sought) walk.sought = event.hash;
    if (!progress || event.number % 500 != 0) continue;
    if (auto on = progress(event.number, *total); !on) return std::move(on).error();
  }
  walk.events = expected - 1;
  for (const auto& table : tables)
    if (!table->at_end()) return broken(database, expected, "is missing, but rows recorded with it are there");
  return walk;
}

}  // namespace epki::ledger
