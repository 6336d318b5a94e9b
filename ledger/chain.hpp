#pragma once
// The hash chain over events (docs/ledger.md, "The hash chain").

#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "ledger/database.hpp"
#include "ledger/ledger.hpp"
#include "ledger/tables.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ledger {

/// Events of programs before operators were recorded have format 1.
inline constexpr std::int64_t chain_format = 2;

/// An event as it is stored. All texts without LF but `detail`, which is JSON on one line too.
struct EventRow {
  std::int64_t number = 0;
  std::string at, kind, rows, detail, hash;
  std::int64_t format = chain_format;
  std::string operator_token{}, station{}, tool{}, key{}, origin{};
};

/// The hash of an event that follows one with the hash `previous`.
std::string hash_of(std::string_view previous, const EventRow& row);

/// 64 zeros: what event 1 follows.
const std::string& before_the_first();

/// The rows of one table.
struct TableDigest {
  ossl::Sha256 digest{};
  std::int64_t rows = 0;
};

/// SHA-256 over the rows that were written with one event, in pieces: rows of a table in the order of their ids, the
/// tables in any order.
class RowsDigest {
 public:
  explicit RowsDigest(std::int64_t format = chain_format) : format_(format) {}
  /// One column of the row that is being added; a number in decimal.
  void column(std::string_view text);
  /// Ends the row.
  void row_of(const Table& table);
  std::string hex();

 private:
  std::int64_t format_;
  std::string row_;
  std::array<std::optional<TableDigest>, chained_table_count> parts_{};
  std::string all_;  ///< format 1: the rows of all tables as one text
};

/// What a walk along the chain found.
struct Walk {
  std::int64_t events = 0;
  std::string last_hash;
  std::string sought;  ///< the hash of the event that was asked for; empty when it is not there
};

/// Walks all events and their rows, in a read transaction of the caller's and in constant memory. Errc::ledger names
/// the first row that does not follow. `sought` is the number of an event whose hash is wanted.
Result<Walk> walk_chain(Database& database, std::int64_t sought, const Progress& progress);

}  // namespace epki::ledger
