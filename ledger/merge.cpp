#include "ledger/merge.hpp"

#include <vector>

#include "ledger/derived.hpp"
#include "ledger/device_rows.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

struct LocalEvent {
  EventRow row;
  std::string previous;  ///< hash of the local event before it
};

struct LocalRow {
  const Table* table;
  std::vector<std::string> texts;
};

Error changed_here(const Database& local, std::int64_t number) {
  return {Errc::ledger,
          local.name() + " was changed: its event " + std::to_string(number) + " is not as it was written",
          "nothing of it was merged; keep the file and find out who wrote to it"};
}

Result<std::optional<LocalEvent>> oldest(Database& local) {
  Statement rows(
      local,
      "SELECT number, at, kind, rows, detail, hash, format, operator, station, tool, key, origin FROM event e"
      " WHERE NOT EXISTS (SELECT 1 FROM merged m WHERE m.event = e.number) AND number > (SELECT"
      " coalesce(max(event), 0) FROM merged) ORDER BY number LIMIT 1");
  const auto found = rows.next();
  if (!found) return found.error();
  if (!*found) return std::optional<LocalEvent>{};
  LocalEvent event{{rows.number(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5),
                    rows.number(6), rows.text(7), rows.text(8), rows.text(9), rows.text(10), rows.text(11)},
                   before_the_first()};
  Statement before(local, "SELECT hash FROM event WHERE number = ?");
  const auto there = before.bind(1, event.row.number - 1).next();
  if (!there) return there.error();
  if (*there) event.previous = before.text(0);
  return std::optional(std::move(event));
}

// The rows of one event, checked against the hashes it was written with.
Result<std::vector<LocalRow>> rows_of(Database& local, const LocalEvent& event) {
  std::vector<LocalRow> all;
  RowsDigest digest(event.row.format);
  for (const auto* table : chained_tables()) {
    Statement rows(local, "SELECT id, " + std::string(table->columns) + " FROM " + std::string(table->name) +
                              " WHERE event = ? ORDER BY id");
    rows.bind(1, event.row.number);
    auto read = for_rows(rows, [&]() -> Status {
      LocalRow row{table, {}};
      digest.column(rows.text(0));
      for (int column = 1; column < rows.columns(); ++column) {
        row.texts.push_back(rows.text(column));
        digest.column(row.texts.back());
      }
      digest.row_of(*table);
      all.push_back(std::move(row));
      return success();
    });
    if (!read) return std::move(read).error();
  }
  if (digest.hex() != event.row.rows || hash_of(event.previous, event.row) != event.row.hash)
    return changed_here(local, event.row.number);
  return all;
}

// Tokens mean the same everywhere; what is missing there is the name.
Status copy_names(Database& local, Database& into) {
  Statement names(local, "SELECT token, salt, name FROM personal WHERE name <> ''");
  Statement insert(into, "INSERT INTO personal (token, salt, name) VALUES (?, ?, ?) ON CONFLICT DO NOTHING");
  return for_rows(names, [&]() -> Status {
    return insert.bind(1, names.text(0)).bind(2, names.text(1)).bind(3, names.text(2)).done();
  });
}

Status add_row(Writing& writing, const LocalRow& row, Instant at) {
  if (row.table == &table::device_step) {
    const auto& t = row.texts;
    const auto phase = parse_phase(t[1]);
    const auto attempt = parse_attempt(t[2]);
    if (!phase || !attempt)
      return Error{Errc::ledger, "the local journal holds a step it cannot read: " + t[1],
                   "keep the file and find out who wrote to it; a newer ec200u-pki may be able to read it"};
    DeviceStep step{.imei = t[0], .phase = *phase, .attempt = *attempt};
    std::size_t column = 3;
    for (auto* text : {&step.slot, &step.station, &step.job, &step.batch, &step.board, &step.operator_name, &step.model,
                       &step.firmware, &step.status, &step.cause, &step.serial})
      *text = t[column++];
    return apply_step(writing, {std::move(step), at});
  }
  std::vector<Value> values(row.texts.begin(), row.texts.end());
  auto added = writing.add(*row.table, std::span<const Value>(values));
  return added ? success() : Status(std::move(added).error());
}

Json conflict_detail(const LocalEvent& event, const std::vector<LocalRow>& rows) {
  Json all = Json::array();
  for (const auto& row : rows)
    all.push(Json::object({{"table", row.table->name}, {"values", Json::array_of(row.texts)}}));
  return Json::object({{"kind", event.row.kind}, {"detail", event.row.detail}, {"rows", std::move(all)}});
}

Status write_there(Database& local, Database& into, RandomSource& random, const LocalEvent& event,
                   const std::vector<LocalRow>& rows) {
  const auto id = ledger_id(local);
  if (!id) return id.error();
  const auto at = stored_instant(local, event.row.at);
  if (!at) return at.error();
  EventWords words{event.row.kind, *at, event.row.key};
  words.operator_token = event.row.operator_token;
  words.station = event.row.station;
  words.tool = event.row.tool;
  words.origin = *id + " " + std::to_string(event.row.number) + " " + event.row.hash;
  {
    auto writing = Writing::begin(into, random, words);
    if (!writing) return std::move(writing).error();
    if (auto named = copy_names(local, into); !named) return named;
    Status written = success();
    for (const auto& row : rows)
      if (written = add_row(*writing, row, *at); !written) break;
    if (written) return writing->finish(event.row.detail);
    if (!into.refused_duplicate()) return written;
  }
  words.kind = "merge-conflict";
  auto writing = Writing::begin(into, random, words);
  if (!writing) return std::move(writing).error();
  if (auto named = copy_names(local, into); !named) return named;
  return writing->finish(conflict_detail(event, rows).dump(-1));
}

}  // namespace

Result<bool> has_event(Database& database, const std::string& key) {
  Statement row(database, "SELECT 1 FROM event WHERE key = ? AND key <> ''");
  return row.bind(1, key).next();
}

Result<std::int64_t> unmerged_events(Database& local) {
  return single_number(local,
                       "SELECT (SELECT coalesce(max(number), 0) FROM event) - (SELECT coalesce(max(event), 0)"
                       " FROM merged)");
}

Result<bool> merge_next(Database& local, Database& into, RandomSource& random) {
  const auto event = oldest(local);
  if (!event) return event.error();
  if (!*event) return false;
  const auto there = has_event(into, (*event)->row.key);
  if (!there) return there.error();
  if (!*there) {
    const auto rows = rows_of(local, **event);
    if (!rows) return rows.error();
    if (auto written = write_there(local, into, random, **event, *rows); !written) {
      // Another process of this station may have merged the same event meanwhile.
      if (!into.refused_duplicate()) return std::move(written).error();
    }
  }
  // Only a note that it need not be asked again: the key in the database is what keeps it from being written twice.
  Statement mark(local, "INSERT INTO merged (event) VALUES (?) ON CONFLICT DO NOTHING");
  if (auto done = mark.bind(1, (*event)->row.number).done(); !done) return std::move(done).error();
  return true;
}

Status index_for_merging(Database& local) {
  for (const auto* table : chained_tables()) {
    std::string sql = "CREATE INDEX IF NOT EXISTS merge_";
    sql.append(table->name).append(" ON ").append(table->name).append(" (event)");
    if (auto made = local.run(sql); !made) return made;
  }
  return success();
}

Result<std::int64_t> Ledger::Impl::merge_some(std::chrono::milliseconds budget) {
  if (!local) return 0;
  const auto deadline = after(budget);
  for (;;) {
    const auto more = merge_next(*local, *database, random());
    if (!more) return more.error();
    if (!*more) return 0;
    if (std::chrono::steady_clock::now() >= deadline) return unmerged_events(*local);
  }
}

Result<std::size_t> Ledger::Impl::merge_all() {
  std::size_t merged = 0;
  while (local) {
    const auto more = merge_next(*local, *database, random());
    if (!more) return more.error();
    if (!*more) break;
    ++merged;
  }
  why_offline.clear();
  return merged;
}

Status Ledger::Impl::remember(const std::string& name, const Json& value) {
  Statement keep(*local,
                 "INSERT INTO remembered (name, value) VALUES (?, ?) ON CONFLICT (name) DO UPDATE SET value ="
                 " excluded.value");
  return keep.bind(1, name).bind(2, value.dump(-1)).done();
}

Result<std::optional<Json>> Ledger::Impl::recall(const std::string& name) {
  Statement row(*local, "SELECT value FROM remembered WHERE name = ?");
  const auto found = row.bind(1, name).next();
  if (!found) return found.error();
  if (!*found) return std::optional<Json>{};
  auto value = stored_json(*local, row.text(0));
  if (!value) return std::move(value).error();
  return std::optional(std::move(*value));
}

Result<std::size_t> Ledger::merge() {
  const std::lock_guard lock(impl_->mutex);
  if (impl_->url.empty() || !impl_->local) return std::size_t{0};
  if (!impl_->database)
    if (auto back = impl_->reconnect(impl_->options.busy); !back) return std::move(back).error();
  if (!impl_->database)
    return Error{Errc::ledger, "the ledger's database does not answer", "run the same command again when it is back"};
  return impl_->merge_all();
}

}  // namespace epki::ledger
