#include "ledger/tables.hpp"

#include <algorithm>
#include <array>

namespace epki::ledger {

std::span<const Table* const> chained_tables() {
  static constexpr std::array<const Table*, chained_table_count> all{
      &table::certificate, &table::run,        &table::verdict,     &table::journal,
      &table::journal_end, &table::file,       &table::revocation,  &table::renewal,
      &table::crl_number,  &table::crl,        &table::batch,       &table::batch_progress,
      &table::unaccounted, &table::settlement, &table::device_step, &table::head,
      &table::key_proof};
  return all;
}

std::size_t place_of(const Table& table) {
  const auto all = chained_tables();
  return static_cast<std::size_t>(std::find(all.begin(), all.end(), &table) - all.begin());
}

std::size_t column_count(std::string_view columns) {
  return columns.empty() ? 0 : static_cast<std::size_t>(std::count(columns.begin(), columns.end(), ',')) + 1;
}

std::string insert_sql(const Table& table) {
  std::string sql =
      "INSERT INTO " + std::string(table.name) + " (id, event, " + std::string(table.columns) + ") VALUES (?, ?";
  for (std::size_t i = 0; i < column_count(table.columns); ++i) sql += ", ?";
  sql += ")";
  if (table.once) sql += " ON CONFLICT DO NOTHING";
  return sql;
}

}  // namespace epki::ledger
