#include "ledger/ledger.hpp"

#include <array>

#include "core/text.hpp"
#include "ledger/audit.hpp"
#include "ledger/derived.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

Ledger::Impl::Impl(std::unique_ptr<Database> opened, const Clock& given, Options chosen)
    : database(std::move(opened)), clock(given), options(std::move(chosen)) {}
Ledger::Impl::~Impl() = default;

Ledger::Ledger(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Ledger::Ledger(Ledger&&) noexcept = default;
Ledger& Ledger::operator=(Ledger&&) noexcept = default;
Ledger::~Ledger() = default;

void Ledger::act_as(const std::string& operator_name) {
  const std::lock_guard lock(impl_->mutex);
  impl_->options.operator_name = operator_name;
}

std::string Ledger::offline() {
  const std::lock_guard lock(impl_->mutex);
  return impl_->why_offline;
}

std::string Ledger::Impl::random_key() {
  std::array<std::byte, 16> bytes{};
  random().fill(bytes);
  return to_hex(bytes);
}

EventWords Ledger::Impl::words(std::string_view kind, const std::string& key) const {
  EventWords words{std::string(kind), clock.now(), key};
  words.operator_name = options.operator_name;
  words.station = options.station;
  words.tool = options.tool;
  return words;
}

Result<Instant> stored_instant(const Database& database, const std::string& text) {
  if (const auto at = parse_rfc3339(text)) return *at;
  return Error{Errc::ledger, database.name() + " holds a time it cannot read: " + text,
               "ec200u-pki ledger check names the row"};
}

Result<Json> stored_json(const Database& database, const std::string& text) {
  auto value = Json::parse(text);
  if (value) return value;
  return Error{Errc::ledger, database.name() + " holds a detail it cannot read",
               "ec200u-pki ledger check names the row"};
}

Status for_rows(Statement& rows, const std::function<Status()>& each) {
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return success();
    if (auto done = each(); !done) return done;
  }
}

Result<std::vector<Event>> Ledger::events(std::int64_t from, std::size_t limit) {
  return impl_->read<std::vector<Event>>([&](Database& database) -> Result<std::vector<Event>> {
    std::vector<Event> events;
    auto read = read_events(database, from, "", limit, [&](const Event& event) -> Result<bool> {
      events.push_back(event);
      return true;
    });
    if (!read) return std::move(read).error();
    return events;
  });
}

Result<Walk> check_all(Database& database, std::int64_t sought, const Progress& progress) {
  if (auto whole = database.check_storage(); !whole) return std::move(whole).error();
  auto walk = walk_chain(database, sought, progress);
  if (!walk) return walk;
  if (auto names = check_names(database); !names) return std::move(names).error();
  if (auto derived = check_derived(database); !derived) return std::move(derived).error();
  return walk;
}

Result<std::string> Ledger::check() {
  const auto found = Audit(*this).check();
  if (!found) return found.error();
  return "ok, " + counted(static_cast<std::size_t>(found->events), "event") + ", last hash " + found->last_hash;
}

}  // namespace epki::ledger
