#include "ledger/snapshot.hpp"

#include <unistd.h>

#include <cerrno>

#include "core/file.hpp"
#include "ledger/derived.hpp"
#include "ledger/impl.hpp"
#include "ledger/schema.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

namespace {

constexpr std::size_t most_in_memory = std::size_t{4} << 30U;

// Tables outside the chain that belong to the ledger; the local journal's own marks do not.
struct Plain {
  std::string_view name, columns;
};
constexpr std::array plain_tables{
    Plain{"device",
          "imei, phase, attempt, attempts, passes, slot, station, job, batch, board, operator, model,"
          " firmware, status, cause, serial, first_seen, updated, step"},
    Plain{"tally", "station, job, batch, phase, attempt, devices"},
    Plain{"output", "day, station, job, batch, passed, failed, first_time"},
    Plain{"personal", "token, salt, name"},
};

Status copy_table(Database& from, Database& into, const std::string& name, const std::string& columns,
                  const std::string& order) {
  std::string places = "?";
  for (std::size_t i = 1; i < column_count(columns); ++i) places += ", ?";
  Statement rows(from, "SELECT " + columns + " FROM " + name + " ORDER BY " + order, Expect::many);
  Statement insert(into, "INSERT INTO " + name + " (" + columns + ") VALUES (" + places + ")");
  return for_rows(rows, [&]() -> Status {
    // Texts: either database turns them into the numbers their columns hold.
    for (int column = 0; column < rows.columns(); ++column) insert.bind(column + 1, rows.text(column));
    return insert.later();
  });
}

Status copy_all(Database& from, Database& into) {
  const std::string event = "number, at, kind, rows, detail, hash, format, operator, station, tool, key, origin";
  if (auto copied = copy_table(from, into, "event", event, "number"); !copied) return copied;
  for (const auto* table : chained_tables())
    if (auto copied =
            copy_table(from, into, std::string(table->name), "id, event, " + std::string(table->columns), "id");
        !copied)
      return copied;
  for (const auto& [name, columns] : plain_tables)
    if (auto copied = copy_table(from, into, std::string(name), std::string(columns), "1"); !copied) return copied;
  const auto id = ledger_id(from);
  if (!id) return id.error();
  Statement keep(into, "UPDATE meta SET value = ? WHERE name = 'id'");
  return keep.bind(1, *id).done();
}

Status copy_into_empty(Database& from, Database& into) {
  auto transaction = Transaction::write(into);
  if (!transaction) return std::move(transaction).error();
  const auto events = single_number(into, "SELECT count(*) FROM event");
  if (!events) return events.error();
  if (*events != 0)
    return Error{Errc::ledger, into.name() + " is not empty", "name a ledger that has nothing recorded yet"};
  if (auto copied = copy_all(from, into); !copied) return copied;
  return transaction->commit();
}

Status copy_to_file(Database& from, const std::filesystem::path& file) {
  auto copy = open_file(file, std::chrono::seconds(10));
  if (!copy) return std::move(copy).error();
  return copy_into_empty(from, **copy);
}

// Makes the copy under another name and gives the name last: a cut leaves no half snapshot under it.
Status write_snapshot(Database& from, const std::filesystem::path& file) {
  auto beside = empty_file_beside(file);
  if (!beside) return std::move(beside).error();
  auto* sqlite = dynamic_cast<SqliteDatabase*>(&from);
  auto made = sqlite != nullptr ? sqlite->copy_to(*beside) : copy_to_file(from, *beside);
  if (made && ::link(beside->c_str(), file.c_str()) != 0) made = disk_error("creating", file, errno);
  ::unlink(beside->c_str());
  return made;
}

}  // namespace

Status snapshot_to(Ledger& ledger, const std::filesystem::path& file) {
  auto& impl = ledger.impl();
  std::unique_ptr<Database> own;
  auto opened = impl.with_database(Where::database_only, [&](Database& database) -> Status {
    auto other = database.again();
    if (!other) return std::move(other).error();
    own = std::move(*other);
    return success();
  });
  if (!opened) return opened;
  if (own->is_sqlite()) return write_snapshot(*own, file);
  auto view = Transaction::read(*own);
  if (!view) return std::move(view).error();
  return write_snapshot(*own, file);
}

Result<std::string> snapshot(Ledger& ledger) {
  auto folder = TemporaryFolder::make("ledger-snapshot");
  if (!folder) return std::move(folder).error();
  const auto file = folder->path() / "ledger.db";
  if (auto made = snapshot_to(ledger, file); !made) return std::move(made).error();
  return read_file(file, most_in_memory);
}

Status copy(Ledger& from, Ledger& into) {
  auto copied = from.impl().stream([&](Database& source) {
    return into.impl().with_database(Where::database_only,
                                     [&](Database& target) { return copy_into_empty(source, target); });
  });
  if (!copied) return copied;
  auto checked = into.check();
  return checked ? success() : Status(std::move(checked).error());
}

}  // namespace epki::ledger
