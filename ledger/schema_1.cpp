// The tables of version 1.

#include "ledger/schema.hpp"

namespace epki::ledger {

const SchemaStep schema_step_1{R"sql(
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
)sql",
                               ""};

}  // namespace epki::ledger
