#pragma once
// One event being written, with the rows that belong to it, in one transaction.

#include <cstdint>
#include <initializer_list>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "core/clock.hpp"
#include "core/json.hpp"
#include "core/random.hpp"
#include "ledger/chain.hpp"
#include "ledger/database.hpp"

namespace epki::ledger {

/// A column's value. Views: what it was made from must outlive the call it is given to.
class Value {
 public:
  Value(std::string_view text) : value_(text) {}                            // NOLINT(google-explicit-constructor)
  Value(const std::string& text) : value_(std::string_view(text)) {}        // NOLINT(google-explicit-constructor)
  Value(const char* text) : value_(std::string_view(text)) {}               // NOLINT(google-explicit-constructor)
  Value(std::int64_t number) : value_(number) {}                            // NOLINT(google-explicit-constructor)
  Value(int number) : value_(static_cast<std::int64_t>(number)) {}          // NOLINT(google-explicit-constructor)
  Value(std::size_t number) : value_(static_cast<std::int64_t>(number)) {}  // NOLINT(google-explicit-constructor)
  void bind_to(Statement& statement, int place) const;
  void hash_into(RowsDigest& digest) const;

 private:
  std::variant<std::string_view, std::int64_t> value_;
};

/// What an event says of itself besides its rows and detail.
struct EventWords {
  std::string kind;
  Instant at;
  std::string key;              ///< the same event is never written twice under one key
  std::string operator_name{};  ///< gets a token (personal.hpp)
  std::string station{}, tool{};
  std::string origin{};          ///< of a merged event: where it was written first
  std::string operator_token{};  ///< of a merged event: as it was there
};

class Writing {
 public:
  /// Takes the write lock and reserves the event's number.
  static Result<Writing> begin(Database& database, RandomSource& random, const EventWords& words);
  /// The same within a transaction that somebody else began and ends: fill() takes the place of finish().
  static Result<Writing> within(Database& database, RandomSource& random, const EventWords& words);

  Database& database() const { return *database_; }
  std::int64_t event() const { return row_.number; }
  Instant at() const { return at_; }
  RandomSource& random() const { return *random_; }
  /// Of the event's operator.
  const std::string& operator_token() const { return row_.operator_token; }
  const std::string& station() const { return row_.station; }

  /// Adds a row; its columns are table.columns. Returns its id; 0 when the table takes rows once and it was there.
  Result<std::int64_t> add(const Table& table, std::initializer_list<Value> values);
  Result<std::int64_t> add(const Table& table, std::span<const Value> values);
  /// The same for one of many rows: a failure may come out of a later call. Not for tables that take rows once.
  Result<std::int64_t> add_later(const Table& table, std::initializer_list<Value> values);

  /// Writes what depends on the rows, and commits nothing. `detail` is the event's JSON.
  Status fill(const std::string& detail);
  /// The same, and commits.
  Status finish(const std::string& detail);
  /// Without waiting for the disk: see Database::commit_soon().
  Result<Durable> finish_soon(const std::string& detail);

 private:
  struct Place {
    std::unique_ptr<Statement> insert;
    std::int64_t last_id = 0;
  };
  Writing(Database& database, RandomSource& random, EventRow row, std::string previous, Instant at)
      : database_(&database), random_(&random), row_(std::move(row)), previous_(std::move(previous)), at_(at) {}
  Result<Place*> place_for(const Table& table);
  Result<std::int64_t> put(const Table& table, std::span<const Value> values, bool later);

  std::optional<Transaction> transaction_{};  ///< none within another's
  Database* database_;
  RandomSource* random_;
  EventRow row_;
  std::string previous_;
  Instant at_;
  RowsDigest digest_;
  std::map<const Table*, Place> places_;
};

}  // namespace epki::ledger
