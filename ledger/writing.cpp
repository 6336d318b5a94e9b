#include "ledger/writing.hpp"

#include "ledger/personal.hpp"

namespace epki::ledger {

void Value::bind_to(Statement& statement, int place) const {
  std::visit([&](const auto& value) { statement.bind(place, value); }, value_);
}

void Value::hash_into(RowsDigest& digest) const {
  if (const auto* text = std::get_if<std::string_view>(&value_)) return digest.column(*text);
  digest.column(std::to_string(std::get<std::int64_t>(value_)));
}

Result<Writing> Writing::begin(Database& database, RandomSource& random, const EventWords& words) {
  auto transaction = Transaction::write(database);
  if (!transaction) return std::move(transaction).error();
  auto writing = within(database, random, words);
  if (writing) writing->transaction_.emplace(*std::move(transaction));
  return writing;
}

Result<Writing> Writing::within(Database& database, RandomSource& random, const EventWords& words) {
  EventRow row;
  std::string previous = before_the_first();
  row.number = 1;
  {
    Statement last(database, "SELECT number, hash FROM event ORDER BY number DESC LIMIT 1");
    const auto found = last.next();
    if (!found) return found.error();
    if (*found) {
      row.number = last.number(0) + 1;
      previous = last.text(1);
    }
  }
  row.at = rfc3339(words.at);
  row.kind = words.kind;
  row.operator_token = words.operator_token;
  if (row.operator_token.empty()) {
    auto token = token_of(database, random, words.operator_name);
    if (!token) return std::move(token).error();
    row.operator_token = std::move(*token);
  }
  row.station = words.station;
  row.tool = words.tool;
  row.key = words.key;
  row.origin = words.origin;
  // First, so that its rows may refer to it; what depends on them is filled in at the end.
  Statement insert(
      database,
      "INSERT INTO event (number, at, kind, rows, detail, hash, format, operator, station, tool, key, origin)"
      " VALUES (?, ?, ?, '', '', '', ?, ?, ?, ?, ?, ?)");
  auto inserted = insert.bind(1, row.number)
                      .bind(2, row.at)
                      .bind(3, row.kind)
                      .bind(4, row.format)
                      .bind(5, row.operator_token)
                      .bind(6, row.station)
                      .bind(7, row.tool)
                      .bind(8, row.key)
                      .bind(9, row.origin)
                      .done();
  if (!inserted) return std::move(inserted).error();
  return Writing(database, random, std::move(row), std::move(previous), words.at);
}

Result<Writing::Place*> Writing::place_for(const Table& table) {
  auto& place = places_[&table];
  if (place.insert) return &place;
  const auto last = single_number(*database_, "SELECT max(id) FROM " + std::string(table.name));
  if (!last) return last.error();
  place.last_id = *last;
  place.insert = std::make_unique<Statement>(*database_, insert_sql(table));
  return &place;
}

Result<std::int64_t> Writing::add(const Table& table, std::initializer_list<Value> values) {
  return add(table, std::span(values.begin(), values.size()));
}

Result<std::int64_t> Writing::add(const Table& table, std::span<const Value> values) {
  return put(table, values, false);
}

Result<std::int64_t> Writing::add_later(const Table& table, std::initializer_list<Value> values) {
  return put(table, std::span(values.begin(), values.size()), true);
}

Result<std::int64_t> Writing::put(const Table& table, std::span<const Value> values, bool later) {
  const auto place = place_for(table);
  if (!place) return place.error();
  auto& insert = *(*place)->insert;
  const auto id = (*place)->last_id + 1;
  insert.bind(1, id).bind(2, row_.number);
  int column = 3;
  for (const auto& value : values) value.bind_to(insert, column++);
  if (auto done = later ? insert.later() : insert.done(); !done) return std::move(done).error();
  if (table.once && insert.changed() == 0) return 0;
  (*place)->last_id = id;
  digest_.column(std::to_string(id));
  for (const auto& value : values) value.hash_into(digest_);
  digest_.row_of(table);
  return id;
}

Status Writing::finish(const std::string& detail) {
  auto committed = finish_soon(detail);
  if (!committed) return std::move(committed).error();
  return (*committed)();
}

Status Writing::fill(const std::string& detail) {
  row_.detail = detail;
  row_.rows = digest_.hex();
  Statement fill(*database_, "UPDATE event SET rows = ?, detail = ?, hash = ? WHERE number = ?");
  auto filled =
      fill.bind(1, row_.rows).bind(2, row_.detail).bind(3, hash_of(previous_, row_)).bind(4, row_.number).done();
  if (!filled) return std::move(filled).error();
  places_.clear();
  return success();
}

Result<Durable> Writing::finish_soon(const std::string& detail) {
  if (auto filled = fill(detail); !filled) return std::move(filled).error();
  return transaction_->commit_soon();
}

}  // namespace epki::ledger
