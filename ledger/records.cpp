// What was issued, done and judged.

#include <array>

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

// Events list the certificates they issued, up to this many; the rows hold all.
constexpr std::size_t most_listed = 50;

Error taken(const IssuedCertificate& certificate) {
  return {Errc::ledger, "serial " + certificate.serial + " is recorded already for the issuer of " + certificate.name,
          "nothing was recorded; sign again with a new serial"};
}

constexpr std::size_t most_remembered = 16;

Result<std::vector<IssuedCertificate>> certificates_of(Database& database, std::string_view kind) {
  Statement rows(database,
                 "SELECT serial, issuer, kind, name, subject, sha256, not_before, not_after, pem, imei, batch"
                 " FROM certificate WHERE ?1 = '' OR kind = ?1 ORDER BY id");
  rows.bind(1, kind);
  std::vector<IssuedCertificate> all;
  auto read = for_rows(rows, [&]() -> Status {
    const auto from = stored_instant(database, rows.text(6));
    if (!from) return from.error();
    const auto until = stored_instant(database, rows.text(7));
    if (!until) return until.error();
    all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), *from, *until,
                   rows.text(8), rows.text(9), rows.text(10)});
    return success();
  });
  if (!read) return std::move(read).error();
  return all;
}

Json certificates_value(const std::vector<IssuedCertificate>& certificates) {
  Json all = Json::array();
  for (const auto& c : certificates)
    all.push(
        Json::array_of(std::vector<std::string>{c.serial, c.issuer, c.kind, c.name, c.subject, c.sha256,
                                                rfc3339(c.not_before), rfc3339(c.not_after), c.pem, c.imei, c.batch}));
  return all;
}

std::vector<IssuedCertificate> certificates_from(const Json& value) {
  std::vector<IssuedCertificate> all;
  for (const auto& row : value.items()) {
    const auto text = [&](std::size_t column) { return row[column].text_or(""); };
    const auto from = parse_rfc3339(text(6)), until = parse_rfc3339(text(7));
    if (!from || !until) continue;  // nobody but this program writes them; what cannot be read is not there
    all.push_back({text(0), text(1), text(2), text(3), text(4), text(5), *from, *until, text(8), text(9), text(10)});
  }
  return all;
}

}  // namespace

Json issued_detail(std::span<const IssuedCertificate* const> certificates) {
  Json names = Json::array();
  for (const auto* one : certificates.first(std::min(certificates.size(), most_listed)))
    names.push(Json::object({{"kind", one->kind}, {"name", one->name}, {"serial", one->serial}}));
  auto detail = Json::object({{"certificates", std::move(names)}});
  if (certificates.size() > most_listed) detail.set("count", certificates.size());
  return detail;
}

Status add_certificate(Writing& writing, const IssuedCertificate& c) {
  const auto from = rfc3339(c.not_before), until = rfc3339(c.not_after);
  auto added = writing.add(table::certificate, {c.issuer, c.serial, c.kind, c.name, c.subject, c.sha256, from, until,
                                                c.pem, c.imei, c.batch});
  if (added) return success();
  if (writing.database().refused_duplicate()) return taken(c);
  return std::move(added).error();
}

Status add_certificate_of(Writing& writing, const std::string& batch, const IssuedCertificate& c) {
  const auto from = rfc3339(c.not_before), until = rfc3339(c.not_after);
  auto added = writing.add_later(
      table::certificate, {c.issuer, c.serial, c.kind, c.name, c.subject, c.sha256, from, until, c.pem, c.imei, batch});
  if (added) return success();
  // Over a network the row that is refused was sent some time ago.
  if (writing.database().refused_duplicate() && writing.database().is_sqlite()) return taken(c);
  return std::move(added).error();
}

Status Ledger::record_issued(const std::vector<IssuedCertificate>& certificates) {
  std::vector<const IssuedCertificate*> all;
  for (const auto& certificate : certificates) all.push_back(&certificate);
  return impl_->record("issued", issued_detail(all), [&](Writing& writing) -> Status {
    if (auto settled = refuse_unsettled(writing.database()); !settled) return settled;
    for (const auto& certificate : certificates)
      if (auto added = add_certificate(writing, certificate); !added) return added;
    return success();
  });
}

Result<std::vector<IssuedCertificate>> Ledger::issued(std::optional<std::string_view> kind) {
  using All = std::vector<IssuedCertificate>;
  return impl_->read<All>([&](Database& database) -> Result<All> {
    auto all = certificates_of(database, kind.value_or(""));
    if (!all || !impl_->local || !kind) return all;
    const auto name = "issued " + std::string(*kind);
    if (&database != impl_->local.get()) {
      // The twin and the roots: a line needs them for every device, also while the database is away.
      if (all->size() > most_remembered) return all;
      auto kept = impl_->remember(name, certificates_value(*all));
      if (!kept) return std::move(kept).error();
      return all;
    }
    const auto recalled = impl_->recall(name);
    if (!recalled) return recalled.error();
    auto before = *recalled ? certificates_from(**recalled) : All{};
    before.insert(before.end(), all->begin(), all->end());
    return before;
  });
}

Status Ledger::record_run(const DeviceRun& run) {
  const auto event_detail = Json::object({{"imei", run.imei}, {"port", run.port}, {"status", run.status}});
  const auto run_detail = run.detail.dump(-1);  // some kilobytes: not while others wait for the ledger
  return impl_->record("run", event_detail, [&](Writing& writing) -> Status {
    auto added = writing.add(table::run, {run.imei, run.model, run.firmware, run.port, run.status, run_detail});
    return added ? success() : Status(std::move(added).error());
  });
}

Result<std::vector<DeviceRun>> Ledger::runs(std::optional<std::string_view> imei) {
  using All = std::vector<DeviceRun>;
  return impl_->read<All>([&](Database& database) -> Result<All> {
    Statement rows(database, std::string("SELECT imei, model, firmware, port, status, detail,"
                                         " COALESCE((SELECT at FROM event WHERE number = run.event), '') FROM run") +
                                 (imei ? " WHERE imei = ?" : "") + " ORDER BY id");
    if (imei) rows.bind(1, *imei);
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      auto detail = stored_json(database, rows.text(5));
      if (!detail) return std::move(detail).error();
      all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), std::move(*detail),
                     parse_rfc3339(rows.text(6)).value_or(Instant{})});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

Status Ledger::record_verdict(const StoredVerdict& verdict) {
  const auto event_detail = Json::object({{"imei", verdict.imei},
                                          {"firmware", verdict.key.firmware},
                                          {"path", verdict.key.path},
                                          {"class", verdict.verdict_class}});
  return impl_->record("verdict", event_detail, [&](Writing& writing) -> Status {
    const auto& key = verdict.key;
    auto added = writing.add(
        table::verdict, {key.model, key.firmware, key.path, key.settings, verdict.verdict_class,
                         verdict.names_checked ? 1 : 0, verdict.imei, rfc3339(verdict.at), verdict.detail.dump(-1)});
    return added ? success() : Status(std::move(added).error());
  });
}

namespace {

using FoundVerdict = std::optional<StoredVerdict>;

Result<FoundVerdict> newest_verdict(Database& database, const VerdictKey& key) {
  Statement rows(database,
                 "SELECT class, names_checked, imei, at, detail FROM verdict WHERE model = ? AND firmware = ? AND "
                 "path = ? AND settings = ? ORDER BY id DESC LIMIT 1");
  rows.bind(1, key.model).bind(2, key.firmware).bind(3, key.path).bind(4, key.settings);
  const auto found = rows.next();
  if (!found) return found.error();
  if (!*found) return FoundVerdict{};
  const auto at = stored_instant(database, rows.text(3));
  if (!at) return at.error();
  auto detail = stored_json(database, rows.text(4));
  if (!detail) return std::move(detail).error();
  return FoundVerdict(StoredVerdict{key, rows.text(0), rows.number(1) != 0, rows.text(2), *at, std::move(*detail)});
}

std::string verdict_name(const VerdictKey& key) {
  return "verdict " +
         Json::array_of(std::vector<std::string>{key.model, key.firmware, key.path, key.settings}).dump(-1);
}

Json verdict_value(const StoredVerdict& verdict) {
  return Json::object({{"class", verdict.verdict_class},
                       {"names_checked", verdict.names_checked},
                       {"imei", verdict.imei},
                       {"at", rfc3339(verdict.at)},
                       {"detail", verdict.detail}});
}

FoundVerdict verdict_from(const VerdictKey& key, const Json& value) {
  const auto at = parse_rfc3339(value["at"].text_or(""));
  if (!at) return std::nullopt;
  return StoredVerdict{key,
                       value["class"].text_or(""),
                       value["names_checked"].boolean().value_or(false),
                       value["imei"].text_or(""),
                       *at,
                       value["detail"]};
}

}  // namespace

Result<std::optional<StoredVerdict>> Ledger::verdict_for(const VerdictKey& key) {
  return impl_->read<FoundVerdict>([&](Database& database) -> Result<FoundVerdict> {
    auto found = newest_verdict(database, key);
    if (!found || !impl_->local) return found;
    if (&database != impl_->local.get()) {
      // A line that loses the database must not lose what was proven about its modems' firmware.
      auto kept = impl_->remember(verdict_name(key), *found ? verdict_value(**found) : Json());
      if (!kept) return std::move(kept).error();
      return found;
    }
    if (*found) return found;
    const auto recalled = impl_->recall(verdict_name(key));
    if (!recalled) return recalled.error();
    return *recalled ? verdict_from(key, **recalled) : FoundVerdict{};
  });
}

}  // namespace epki::ledger
