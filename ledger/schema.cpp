#include "ledger/schema.hpp"

#include <array>

namespace epki::ledger {

namespace {

// Step i leads from version i to version i + 1. A step that was ever released is never changed.
constexpr std::array<const char*, 1> steps{
    R"sql(
CREATE TABLE event (
  number INTEGER PRIMARY KEY,
  at     TEXT NOT NULL,
  kind   TEXT NOT NULL,
  rows   TEXT NOT NULL,
  detail TEXT NOT NULL,
  hash   TEXT NOT NULL
);
CREATE TABLE certificate (
  id         INTEGER PRIMARY KEY,
  event      INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  issuer     TEXT NOT NULL,
  serial     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  not_before TEXT NOT NULL,
  not_after  TEXT NOT NULL,
  pem        TEXT NOT NULL,
  UNIQUE (issuer, serial)
);
CREATE INDEX certificate_event ON certificate (event);
CREATE TABLE run (
  id       INTEGER PRIMARY KEY,
  event    INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  imei     TEXT NOT NULL,
  model    TEXT NOT NULL,
  firmware TEXT NOT NULL,
  port     TEXT NOT NULL,
  status   TEXT NOT NULL,
  detail   TEXT NOT NULL
);
CREATE INDEX run_event ON run (event);
CREATE INDEX run_imei ON run (imei);
CREATE TABLE verdict (
  id            INTEGER PRIMARY KEY,
  event         INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  model         TEXT NOT NULL,
  firmware      TEXT NOT NULL,
  path          TEXT NOT NULL,
  settings      TEXT NOT NULL,
  class         TEXT NOT NULL,
  names_checked INTEGER NOT NULL,
  imei          TEXT NOT NULL,
  at            TEXT NOT NULL,
  detail        TEXT NOT NULL
);
CREATE INDEX verdict_event ON verdict (event);
CREATE INDEX verdict_key ON verdict (model, firmware, path, settings);
CREATE TABLE journal (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  imei   TEXT NOT NULL,
  kind   TEXT NOT NULL,
  at     TEXT NOT NULL,
  detail TEXT NOT NULL
);
CREATE INDEX journal_event ON journal (event);
CREATE INDEX journal_imei ON journal (imei);
CREATE TABLE journal_end (
  id      INTEGER PRIMARY KEY,
  event   INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  journal INTEGER NOT NULL UNIQUE REFERENCES journal (id)
);
CREATE INDEX journal_end_event ON journal_end (event);
CREATE TABLE file (
  id       INTEGER PRIMARY KEY,
  event    INTEGER NOT NULL REFERENCES event (number) DEFERRABLE INITIALLY DEFERRED,
  imei     TEXT NOT NULL,
  name     TEXT NOT NULL,
  size     INTEGER NOT NULL,
  sha256   TEXT NOT NULL,
  evidence TEXT NOT NULL
);
CREATE INDEX file_event ON file (event);
CREATE INDEX file_name ON file (imei, name);
)sql"};

}  // namespace

std::int64_t schema_version() {
  return static_cast<std::int64_t>(steps.size());
}

Status migrate(Database& database) {
  auto transaction = Transaction::begin(database);
  if (!transaction) return std::move(transaction).error();
  // Asked again under the lock: another process may just have done it.
  const auto version = single_number(database, "PRAGMA user_version");
  if (!version) return version.error();
  for (auto step = *version; step < schema_version(); ++step) {
    if (auto run = database.run(steps[static_cast<std::size_t>(step)]); !run) return run;
    const std::string mark = "PRAGMA user_version = " + std::to_string(step + 1) +
                             "; PRAGMA application_id = " + std::to_string(application_id);
    if (auto run = database.run(mark.c_str()); !run) return run;
  }
  return transaction->commit();
}

}  // namespace epki::ledger
