#include "ledger/database.hpp"

#include <utility>

namespace epki::ledger {

Status Cursor::later() {
  for (;;) {
    const auto row = next();
    if (!row) {
      auto failed = row.error();
      reset();
      return failed;
    }
    if (!*row) break;
  }
  reset();
  return success();
}

Status Statement::done() {
  return cursor_->Cursor::later();
}

Result<Transaction> Transaction::write(Database& database) {
  if (auto begun = database.begin_writing(); !begun) return std::move(begun).error();
  return Transaction(database);
}

Result<Transaction> Transaction::read(Database& database) {
  if (auto begun = database.begin_reading(); !begun) return std::move(begun).error();
  return Transaction(database);
}

Transaction::Transaction(Transaction&& other) noexcept : database_(std::exchange(other.database_, nullptr)) {}

Transaction::~Transaction() {
  if (database_ != nullptr) database_->rollback();
}

Status Transaction::commit() {
  auto committed = database_->commit();
  if (committed) database_ = nullptr;
  return committed;
}

Result<Durable> Transaction::commit_soon() {
  auto committed = database_->commit_soon();
  if (committed) database_ = nullptr;
  return committed;
}

Result<std::int64_t> single_number(Database& database, const std::string& sql) {
  Statement statement(database, sql);
  const auto row = statement.next();
  if (!row) return row.error();
  return *row ? statement.number(0) : 0;
}

Result<std::string> single_text(Database& database, const std::string& sql) {
  Statement statement(database, sql);
  const auto row = statement.next();
  if (!row) return row.error();
  return *row ? statement.text(0) : std::string{};
}

}  // namespace epki::ledger
