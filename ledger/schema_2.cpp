// The tables of version 2: certificates after their issue, devices on the line, and who did it.

#include "ledger/schema.hpp"

namespace epki::ledger {

const SchemaStep schema_step_2{R"sql(
ALTER TABLE event ADD COLUMN format INTEGER NOT NULL DEFAULT 1;
ALTER TABLE event ADD COLUMN operator TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN station TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN tool TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN key TEXT NOT NULL DEFAULT '';
ALTER TABLE event ADD COLUMN origin TEXT NOT NULL DEFAULT '';
CREATE UNIQUE INDEX event_key ON event (key) WHERE key <> '';
-- Rows of a table follow one another in the order of their events, so ids alone find them.
DROP INDEX certificate_event;
DROP INDEX run_event;
DROP INDEX verdict_event;
DROP INDEX journal_event;
DROP INDEX journal_end_event;
DROP INDEX file_event;

-- The serial first: it is what people look for.
CREATE TABLE certificate_2 (
  id         INTEGER PRIMARY KEY,
  event      INTEGER NOT NULL REFERENCES event (number),
  issuer     TEXT NOT NULL,
  serial     TEXT NOT NULL,
  kind       TEXT NOT NULL,
  name       TEXT NOT NULL,
  subject    TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  not_before TEXT NOT NULL,
  not_after  TEXT NOT NULL,
  pem        TEXT NOT NULL,
  imei       TEXT NOT NULL DEFAULT '',
  batch      TEXT NOT NULL DEFAULT '',
  UNIQUE (serial, issuer)
);
INSERT INTO certificate_2 (id, event, issuer, serial, kind, name, subject, sha256, not_before, not_after, pem)
  SELECT id, event, issuer, serial, kind, name, subject, sha256, not_before, not_after, pem FROM certificate;
DROP TABLE certificate;
ALTER TABLE certificate_2 RENAME TO certificate;
CREATE INDEX certificate_name ON certificate (name);
CREATE INDEX certificate_imei ON certificate (imei) WHERE imei <> '';
CREATE INDEX certificate_batch ON certificate (batch) WHERE batch <> '';
CREATE INDEX certificate_not_after ON certificate (not_after);
CREATE INDEX certificate_sha256 ON certificate (substr(sha256, 1, 16));

-- An entry has a number of its own, the same in every ledger it comes to, and what it means to make is a column.
ALTER TABLE journal ADD COLUMN entry INTEGER NOT NULL DEFAULT 0;
ALTER TABLE journal ADD COLUMN file TEXT NOT NULL DEFAULT '';
UPDATE journal SET entry = id;
CREATE UNIQUE INDEX journal_entry ON journal (entry);
CREATE TABLE journal_end_2 (
  id      INTEGER PRIMARY KEY,
  event   INTEGER NOT NULL REFERENCES event (number),
  journal INTEGER NOT NULL UNIQUE
);
INSERT INTO journal_end_2 (id, event, journal) SELECT id, event, journal FROM journal_end;
DROP TABLE journal_end;
ALTER TABLE journal_end_2 RENAME TO journal_end;

CREATE TABLE revocation (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number),
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  at     TEXT NOT NULL,
  reason INTEGER NOT NULL,
  UNIQUE (issuer, serial)
);
CREATE TABLE renewal (
  id        INTEGER PRIMARY KEY,
  event     INTEGER NOT NULL REFERENCES event (number),
  issuer    TEXT NOT NULL,
  serial    TEXT NOT NULL,
  by_issuer TEXT NOT NULL,
  by_serial TEXT NOT NULL
);
CREATE INDEX renewal_old ON renewal (serial, issuer);
CREATE TABLE crl_number (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number),
  issuer TEXT NOT NULL,
  number INTEGER NOT NULL,
  UNIQUE (issuer, number)
);
CREATE TABLE crl (
  id          INTEGER PRIMARY KEY,
  event       INTEGER NOT NULL REFERENCES event (number),
  issuer      TEXT NOT NULL,
  number      INTEGER NOT NULL,
  this_update TEXT NOT NULL,
  next_update TEXT NOT NULL,
  sha256      TEXT NOT NULL,
  entries     INTEGER NOT NULL,
  UNIQUE (issuer, number)
);
CREATE TABLE batch (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number),
  name   TEXT NOT NULL UNIQUE,
  source TEXT NOT NULL,
  total  INTEGER NOT NULL
);
CREATE TABLE batch_progress (
  id    INTEGER PRIMARY KEY,
  event INTEGER NOT NULL REFERENCES event (number),
  batch TEXT NOT NULL,
  done  INTEGER NOT NULL
);
CREATE INDEX batch_progress_batch ON batch_progress (batch);
CREATE TABLE unaccounted (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number),
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  why    TEXT NOT NULL,
  at     TEXT NOT NULL,
  UNIQUE (serial, issuer)
);
CREATE TABLE settlement (
  id     INTEGER PRIMARY KEY,
  event  INTEGER NOT NULL REFERENCES event (number),
  issuer TEXT NOT NULL,
  serial TEXT NOT NULL,
  how    TEXT NOT NULL,
  note   TEXT NOT NULL,
  UNIQUE (serial, issuer)
);
CREATE TABLE device_step (
  id       INTEGER PRIMARY KEY,
  event    INTEGER NOT NULL REFERENCES event (number),
  imei     TEXT NOT NULL,
  phase    TEXT NOT NULL,
  attempt  TEXT NOT NULL,
  slot     TEXT NOT NULL,
  station  TEXT NOT NULL,
  job      TEXT NOT NULL,
  batch    TEXT NOT NULL,
  board    TEXT NOT NULL,
  operator TEXT NOT NULL,
  model    TEXT NOT NULL,
  firmware TEXT NOT NULL,
  status   TEXT NOT NULL,
  cause    TEXT NOT NULL,
  serial   TEXT NOT NULL,
  at       TEXT NOT NULL
);
CREATE INDEX device_step_imei ON device_step (imei);
CREATE TABLE head (
  id         INTEGER PRIMARY KEY,
  event      INTEGER NOT NULL REFERENCES event (number),
  number     INTEGER NOT NULL,
  hash       TEXT NOT NULL,
  at         TEXT NOT NULL,
  signature  TEXT NOT NULL,
  public_key TEXT NOT NULL
);

-- What follows is computed from the rows above and may be computed again, but for `personal`, whose tokens they hold.
CREATE TABLE device (
  imei       TEXT PRIMARY KEY,
  phase      TEXT NOT NULL,
  attempt    TEXT NOT NULL,
  attempts   INTEGER NOT NULL,
  passes     INTEGER NOT NULL,
  slot       TEXT NOT NULL,
  station    TEXT NOT NULL,
  job        TEXT NOT NULL,
  batch      TEXT NOT NULL,
  board      TEXT NOT NULL,
  operator   TEXT NOT NULL,
  model      TEXT NOT NULL,
  firmware   TEXT NOT NULL,
  status     TEXT NOT NULL,
  cause      TEXT NOT NULL,
  serial     TEXT NOT NULL,
  first_seen TEXT NOT NULL,
  updated    TEXT NOT NULL,
  step       INTEGER NOT NULL
);
CREATE INDEX device_step_newest ON device (step);
CREATE INDEX device_board ON device (board) WHERE board <> '';
CREATE INDEX device_running ON device (station) WHERE attempt = 'running';
CREATE TABLE tally (
  station TEXT NOT NULL,
  job     TEXT NOT NULL,
  batch   TEXT NOT NULL,
  phase   TEXT NOT NULL,
  attempt TEXT NOT NULL,
  devices INTEGER NOT NULL,
  PRIMARY KEY (station, job, batch, phase, attempt)
);
CREATE TABLE output (
  day        TEXT NOT NULL,
  station    TEXT NOT NULL,
  job        TEXT NOT NULL,
  batch      TEXT NOT NULL,
  passed     INTEGER NOT NULL,
  failed     INTEGER NOT NULL,
  first_time INTEGER NOT NULL,
  PRIMARY KEY (day, station, job, batch)
);
CREATE TABLE personal (
  token TEXT PRIMARY KEY,
  salt  TEXT NOT NULL,
  name  TEXT NOT NULL
);
CREATE INDEX personal_name ON personal (name);
CREATE TABLE meta (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
-- Only in a local journal: which of its events the database has, and answers of the database worth keeping.
CREATE TABLE merged (
  event INTEGER PRIMARY KEY
);
CREATE TABLE remembered (
  name  TEXT PRIMARY KEY,
  value TEXT NOT NULL
);
)sql",
                               R"sql(
UPDATE journal SET file = json_extract(detail, '$.file') WHERE json_type(detail, '$.file') = 'text';
)sql"};

}  // namespace epki::ledger
