// The table of version 3: which device proved to hold which key.

#include "ledger/schema.hpp"

namespace epki::ledger {

const SchemaStep schema_step_3{R"sql(
CREATE TABLE key_proof (
  id         INTEGER PRIMARY KEY,
  event      INTEGER NOT NULL REFERENCES event (number),
  imei       TEXT NOT NULL,
  issuer     TEXT NOT NULL,
  serial     TEXT NOT NULL,
  sha256     TEXT NOT NULL,
  key_sha256 TEXT NOT NULL,
  at         TEXT NOT NULL
);
CREATE INDEX key_proof_key ON key_proof (key_sha256);
CREATE INDEX key_proof_serial ON key_proof (serial, issuer);
CREATE INDEX key_proof_imei ON key_proof (imei);
)sql",
                               ""};

}  // namespace epki::ledger
