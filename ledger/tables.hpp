#pragma once
// Every table whose rows the hash chain covers, described once: inserting, checking, merging and copying walk this
// list.

#include <cstddef>
#include <span>
#include <string>
#include <string_view>

namespace epki::ledger {

struct Table {
  std::string_view name;
  std::string_view columns;  ///< all but id and event, separated by ", ", in the order in which they are hashed
  /// Those that events of format 1 covered; empty for a table that was not there yet.
  std::string_view columns_1{};
  bool once = false;  ///< a second row of the same content is no mistake and is passed over
};

namespace table {

inline constexpr Table certificate{
    "certificate", "issuer, serial, kind, name, subject, sha256, not_before, not_after, pem, imei, batch",
    "issuer, serial, kind, name, subject, sha256, not_before, not_after, pem"};
inline constexpr Table run{"run", "imei, model, firmware, port, status, detail",
                           "imei, model, firmware, port, status, detail"};
inline constexpr Table verdict{"verdict", "model, firmware, path, settings, class, names_checked, imei, at, detail",
                               "model, firmware, path, settings, class, names_checked, imei, at, detail"};
inline constexpr Table journal{"journal", "imei, kind, at, detail, entry, file", "imei, kind, at, detail"};
inline constexpr Table journal_end{"journal_end", "journal", "journal", true};
inline constexpr Table file{"file", "imei, name, size, sha256, evidence", "imei, name, size, sha256, evidence"};
inline constexpr Table revocation{"revocation", "issuer, serial, at, reason", "", true};
inline constexpr Table renewal{"renewal", "issuer, serial, by_issuer, by_serial"};
inline constexpr Table crl_number{"crl_number", "issuer, number"};
inline constexpr Table crl{"crl", "issuer, number, this_update, next_update, sha256, entries"};
inline constexpr Table batch{"batch", "name, source, total"};
inline constexpr Table batch_progress{"batch_progress", "batch, done"};
inline constexpr Table unaccounted{"unaccounted", "issuer, serial, why, at", "", true};
inline constexpr Table settlement{"settlement", "issuer, serial, how, note"};
inline constexpr Table device_step{"device_step",
                                   "imei, phase, attempt, slot, station, job, batch, board, operator, model, firmware, "
                                   "status, cause, serial, at"};
inline constexpr Table head{"head", "number, hash, at, signature, public_key"};
inline constexpr Table key_proof{"key_proof", "imei, issuer, serial, sha256, key_sha256, at"};

}  // namespace table

inline constexpr std::size_t chained_table_count = 17;
/// In the order in which the chain takes them.
std::span<const Table* const> chained_tables();

/// The place of a table in chained_tables().
std::size_t place_of(const Table& table);

std::size_t column_count(std::string_view columns);

/// "INSERT INTO name (id, event, …) VALUES (?, ?, …)".
std::string insert_sql(const Table& table);

}  // namespace epki::ledger
