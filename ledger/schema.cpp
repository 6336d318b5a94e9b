#include "ledger/schema.hpp"

#include <array>
#include <cstddef>

#include "core/random.hpp"
#include "core/text.hpp"

namespace epki::ledger {

namespace {

std::array<const SchemaStep*, 4> all_steps() {
  return {&schema_step_1, &schema_step_2, &schema_step_3, &schema_step_4};
}

// By which a head of one ledger is known from another's. Made once; nothing depends on who could guess it.
Status give_id(Database& database) {
  std::array<std::byte, 16> id{};
  SystemRandom().fill(id);
  Statement insert(database, "INSERT INTO meta (name, value) VALUES ('id', ?) ON CONFLICT DO NOTHING");
  return insert.bind(1, to_hex(id)).done();
}

}  // namespace

std::int64_t schema_version() {
  return static_cast<std::int64_t>(all_steps().size());
}

Status migrate(Database& database) {
  auto found = database.schema_version();
  if (!found) return std::move(found).error();
  if (*found > schema_version())
    return Error{Errc::ledger,
                 database.name() + " was written by a newer ec200u-pki (version " + std::to_string(*found) +
                     " of its tables; this one knows " + std::to_string(schema_version()) + ")",
                 "use the newer ec200u-pki"};
  if (*found == schema_version()) return success();
  auto transaction = Transaction::write(database);
  if (!transaction) return std::move(transaction).error();
  // Asked again under the lock: another process may just have done it.
  found = database.schema_version();
  if (!found) return std::move(found).error();
  for (auto step = *found; step < schema_version(); ++step) {
    const auto& next = *all_steps()[static_cast<std::size_t>(step)];
    if (auto run = database.run(next.sql); !run) return run;
    if (database.is_sqlite())
      if (auto run = database.run(next.sqlite_only); !run) return run;
    if (auto run = database.set_schema_version(step + 1); !run) return run;
  }
  if (auto given = give_id(database); !given) return given;
  return transaction->commit();
}

}  // namespace epki::ledger
