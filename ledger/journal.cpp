// What was begun on a modem, and which files are known to be on it.

#include <algorithm>
#include <array>

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

// The same in every ledger an entry comes to: a station's local journal and the database it is merged into. 52 bits, so
// that JSON readers that know doubles only keep it whole.
std::int64_t new_entry_number(RandomSource& random) {
  std::array<std::byte, 8> bytes{};
  random.fill(bytes);
  std::uint64_t number = 0;
  for (const auto byte : bytes) number = (number << 8U) | std::to_integer<std::uint64_t>(byte);
  return static_cast<std::int64_t>(number >> 12U) + 1;
}

/// What every query of open entries has in common; `chosen` ends with AND.
std::string open_entries_sql(std::string_view chosen) {
  return "SELECT entry, imei, kind, at, detail, id FROM journal WHERE " + std::string(chosen) +
         " NOT EXISTS (SELECT 1 FROM journal_end e WHERE e.journal = journal.entry) ORDER BY id";
}

/// `first`, where one is wanted: the first one's row, 0 for none.
Result<std::vector<JournalEntry>> read_entries(Database& database, Statement& rows, std::int64_t* first = nullptr) {
  std::vector<JournalEntry> entries;
  auto read = for_rows(rows, [&]() -> Status {
    const auto at = stored_instant(database, rows.text(3));
    if (!at) return at.error();
    auto detail = stored_json(database, rows.text(4));
    if (!detail) return std::move(detail).error();
    if (first != nullptr && entries.empty()) *first = rows.number(5);
    entries.push_back({rows.number(0), rows.text(1), rows.text(2), std::move(*detail), *at});
    return success();
  });
  if (!read) return std::move(read).error();
  return entries;
}

}  // namespace

Result<std::int64_t> Ledger::journal_begin(const std::string& imei, const std::string& kind, const Json& detail) {
  const auto entry = new_entry_number(impl_->random());
  const auto event_detail = Json::object({{"imei", imei}, {"kind", kind}, {"journal", entry}});
  auto recorded = impl_->record("journal-begin", event_detail, [&](Writing& writing) -> Status {
    auto added = writing.add(table::journal,
                             {imei, kind, rfc3339(writing.at()), detail.dump(-1), entry, detail["file"].text_or("")});
    return added ? success() : Status(std::move(added).error());
  });
  if (!recorded) return std::move(recorded).error();
  return entry;
}

Status Ledger::journal_end(std::int64_t id) {
  const auto end = [&](Writing& writing) -> Status {
    Statement known(writing.database(), "SELECT 1 FROM journal WHERE entry = ?");
    const auto found = known.bind(1, id).next();
    if (!found) return found.error();
    // The local journal does not know what was begun while the database was there.
    if (!*found && impl_->why_offline.empty())
      return Error{Errc::ledger, "nothing was begun under the number " + std::to_string(id),
                   "ec200u-pki ledger check tells whether the ledger is whole"};
    // Two runs that undo the same thing at once may both end it.
    auto added = writing.add(table::journal_end, {id});
    return added ? success() : Status(std::move(added).error());
  };
  return impl_->record("journal-end", Json::object({{"journal", id}}), end, Kept::committed);
}

Result<std::vector<JournalEntry>> Ledger::journal_open(std::string_view imei) {
  return impl_->read<std::vector<JournalEntry>>([&](Database& database) {
    Statement rows(database, open_entries_sql("imei = ? AND"));
    rows.bind(1, imei);
    return read_entries(database, rows);
  });
}

Result<std::vector<JournalEntry>> Ledger::journal_open_all() {
  using All = std::vector<JournalEntry>;
  return impl_->read<All>([&](Database& database) -> Result<All> {
    const bool local = &database == impl_->local.get();
    auto& ended = impl_->journal_ended;
    // Before the look: what another program adds in between is looked at the next time.
    const auto last = single_number(database, "SELECT max(id) FROM journal");
    if (!last) return last.error();
    Statement rows(database, open_entries_sql("id > ? AND"));
    rows.bind(1, local ? 0 : ended);
    std::int64_t first = 0;
    auto entries = read_entries(database, rows, &first);
    if (entries && !local) ended = std::max(ended, first == 0 ? *last : std::min(first - 1, *last));
    return entries;
  });
}

Status Ledger::record_file(const std::string& imei, const std::string& name, std::size_t size,
                           const std::string& sha256, const std::string& evidence, Kept kept) {
  const auto event_detail = Json::object({{"imei", imei}, {"name", name}, {"evidence", evidence}});
  const auto add = [&](Writing& writing) -> Status {
    auto added = writing.add(table::file, {imei, name, size, sha256, evidence});
    return added ? success() : Status(std::move(added).error());
  };
  return impl_->record("file", event_detail, add, kept);
}

Result<std::string> Ledger::file_evidence(const std::string& imei, const std::string& name, std::size_t size,
                                          const std::string& sha256) {
  return impl_->read<std::string>([&](Database& database) -> Result<std::string> {
    // The newest word about that name counts: once another content was seen there, older evidence is void.
    Statement rows(database,
                   "SELECT size, sha256, evidence FROM file WHERE imei = ? AND name = ? ORDER BY id DESC LIMIT 1");
    const auto found = rows.bind(1, imei).bind(2, name).next();
    if (!found) return found.error();
    const bool same = *found && rows.number(0) == static_cast<std::int64_t>(size) && rows.text(1) == sha256;
    return same ? rows.text(2) : std::string{};
  });
}

Result<std::vector<std::string>> Ledger::files_intended(const std::string& imei) {
  using FileNames = std::vector<std::string>;
  return impl_->read<FileNames>([&](Database& database) -> Result<FileNames> {
    Statement rows(database,
                   "SELECT name FROM file WHERE imei = ?1 UNION SELECT file FROM journal WHERE imei = ?1 AND file <> ''"
                   " ORDER BY 1");
    rows.bind(1, imei);
    FileNames names;
    auto read = for_rows(rows, [&]() -> Status {
      names.push_back(rows.text(0));
      return success();
    });
    if (!read) return std::move(read).error();
    return names;
  });
}

}  // namespace epki::ledger
