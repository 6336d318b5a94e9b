// Where the ledger is: opening it, one call after another, long reads.

#include "ledger/impl.hpp"
#include "ledger/sqlite.hpp"

namespace epki::ledger {

Result<Ledger> Ledger::open(const std::filesystem::path& file, const Clock& clock, Options options) {
  auto database = open_file(file, options.busy);
  if (!database) return std::move(database).error();
  return Ledger(std::make_unique<Impl>(std::move(*database), clock, std::move(options)));
}

Result<Ledger> Ledger::open(const std::filesystem::path& file, const Clock& clock) {
  return open(file, clock, Options());
}

Status Ledger::Impl::with_database(Where /*where*/, const std::function<Status(Database& database)>& work) {
  const std::lock_guard lock(mutex);
  return work(*database);
}

Result<Database*> Ledger::Impl::reachable() {
  return database.get();
}

Result<std::size_t> Ledger::merge() {
  return std::size_t{0};
}

Status Ledger::Impl::record(std::string_view kind, Where where, const Rows& rows) {
  const auto key = random_key();
  return with_database(where, [&](Database& into) -> Status {
    auto writing = Writing::begin(into, random(), words(kind, key));
    if (!writing) return std::move(writing).error();
    auto detail = rows(*writing);
    if (!detail) return std::move(detail).error();
    return writing->finish(detail->dump(-1));
  });
}

Status Ledger::Impl::record(std::string_view kind, const Json& detail,
                            const std::function<Status(Writing& writing)>& rows) {
  return record(kind, Where::anywhere, [&](Writing& writing) -> Result<Json> {
    if (auto written = rows(writing); !written) return std::move(written).error();
    return detail;
  });
}

Status Ledger::Impl::stream(const std::function<Status(Database& database)>& ask) {
  std::unique_ptr<Database> own;
  auto opened = with_database(Where::anywhere, [&](Database& from) -> Status {
    auto other = from.again();
    if (!other) return std::move(other).error();
    own = std::move(*other);
    return success();
  });
  if (!opened) return opened;
  auto view = Transaction::read(*own);
  if (!view) return std::move(view).error();
  // Nothing was written: that the view ends by a rollback makes no difference.
  return ask(*own);
}

}  // namespace epki::ledger
