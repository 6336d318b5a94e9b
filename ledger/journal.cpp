// What was begun on a modem, and which files are known to be on it.

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

constexpr const char* open_entries =
    "SELECT id, imei, kind, at, detail FROM journal WHERE (?1 = 0 OR imei = ?2) AND id NOT IN (SELECT journal FROM "
    "journal_end) ORDER BY id";

}  // namespace

Result<std::int64_t> Ledger::journal_begin(const std::string& imei, const std::string& kind, const Json& detail) {
  std::int64_t id = 0;
  const auto event_detail = Json::object({{"imei", imei}, {"kind", kind}});
  auto recorded = impl_->record("journal-begin", event_detail, [&](std::int64_t event) {
    Statement insert(impl_->database, "INSERT INTO journal (event, imei, kind, at, detail) VALUES (?, ?, ?, ?, ?)");
    auto done = insert.bind(1, event)
                    .bind(2, imei)
                    .bind(3, kind)
                    .bind(4, rfc3339(impl_->clock.now()))
                    .bind(5, detail.dump(-1))
                    .done();
    id = ::sqlite3_last_insert_rowid(impl_->database.raw());
    return done;
  });
  if (!recorded) return std::move(recorded).error();
  return id;
}

Status Ledger::journal_end(std::int64_t id) {
  return impl_->record("journal-end", Json::object({{"journal", id}}), [&](std::int64_t event) {
    // Two runs that undo the same thing at once may both end it.
    Statement insert(impl_->database, "INSERT OR IGNORE INTO journal_end (event, journal) VALUES (?, ?)");
    return insert.bind(1, event).bind(2, id).done();
  });
}

Result<std::vector<JournalEntry>> Ledger::Impl::journal(std::optional<std::string_view> imei) {
  const std::lock_guard lock(mutex);
  Statement rows(database, open_entries);
  rows.bind(1, imei ? 1 : 0).bind(2, imei.value_or(""));
  std::vector<JournalEntry> entries;
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return entries;
    const auto at = instant(rows.text(3));
    if (!at) return at.error();
    auto detail = json(rows.text(4));
    if (!detail) return std::move(detail).error();
    entries.push_back({rows.number(0), rows.text(1), rows.text(2), std::move(*detail), *at});
  }
}

Result<std::vector<JournalEntry>> Ledger::journal_open(std::string_view imei) {
  return impl_->journal(imei);
}

Result<std::vector<JournalEntry>> Ledger::journal_open_all() {
  return impl_->journal(std::nullopt);
}

Status Ledger::record_file(const std::string& imei, const std::string& name, std::size_t size,
                           const std::string& sha256, const std::string& evidence) {
  const auto event_detail = Json::object({{"imei", imei}, {"name", name}, {"evidence", evidence}});
  return impl_->record("file", event_detail, [&](std::int64_t event) {
    Statement insert(impl_->database,
                     "INSERT INTO file (event, imei, name, size, sha256, evidence) VALUES (?, ?, ?, ?, ?, ?)");
    return insert.bind(1, event)
        .bind(2, imei)
        .bind(3, name)
        .bind(4, static_cast<std::int64_t>(size))
        .bind(5, sha256)
        .bind(6, evidence)
        .done();
  });
}

Result<std::string> Ledger::file_evidence(const std::string& imei, const std::string& name, std::size_t size,
                                          const std::string& sha256) {
  const std::lock_guard lock(impl_->mutex);
  // The newest word about that name counts: once another content was seen there, older evidence is void.
  Statement rows(impl_->database,
                 "SELECT size, sha256, evidence FROM file WHERE imei = ? AND name = ? ORDER BY id DESC LIMIT 1");
  const auto found = rows.bind(1, imei).bind(2, name).next();
  if (!found) return found.error();
  const bool same = *found && rows.number(0) == static_cast<std::int64_t>(size) && rows.text(1) == sha256;
  return same ? rows.text(2) : std::string{};
}

Result<std::vector<std::string>> Ledger::files_intended(const std::string& imei) {
  const std::lock_guard lock(impl_->mutex);
  Statement rows(impl_->database,
                 "SELECT name FROM file WHERE imei = ?1 UNION SELECT json_extract(detail, '$.file') FROM journal WHERE "
                 "imei = ?1 AND json_type(detail, '$.file') = 'text' ORDER BY 1");
  rows.bind(1, imei);
  std::vector<std::string> names;
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return names;
    names.push_back(rows.text(0));
  }
}

}  // namespace epki::ledger
