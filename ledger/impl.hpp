#pragma once
// What a Ledger holds. Its functions are spread over ledger.cpp (opening, events), records.cpp and journal.cpp.

#include <functional>
#include <mutex>

#include "ledger/ledger.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

struct Ledger::Impl {
  Impl(Database opened, const Clock& given) : database(std::move(opened)), clock(given) {}

  Database database;
  const Clock& clock;
  std::mutex mutex;  ///< the modems' threads share one ledger; a transaction belongs to one of them

  /// Takes the lock, lets `rows` write what belongs to the event it is told, appends the event, commits.
  Status record(std::string_view kind, const Json& detail, const std::function<Status(std::int64_t event)>& rows);

  Result<std::vector<JournalEntry>> journal(std::optional<std::string_view> imei);

  /// A stored text that must be a time, or JSON; Errc::ledger when somebody changed it.
  Result<Instant> instant(const std::string& text) const;
  Result<Json> json(const std::string& text) const;
};

}  // namespace epki::ledger
