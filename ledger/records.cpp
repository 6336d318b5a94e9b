// What was issued, done and judged.

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

Error taken(const IssuedCertificate& certificate) {
  return {Errc::ledger, "serial " + certificate.serial + " is recorded already for the issuer of " + certificate.name,
          "nothing was recorded; sign again with a new serial"};
}

Status insert_certificate(Statement& insert, const Database& database, std::int64_t event,
                          const IssuedCertificate& certificate) {
  auto done = insert.bind(1, event)
                  .bind(2, certificate.issuer)
                  .bind(3, certificate.serial)
                  .bind(4, certificate.kind)
                  .bind(5, certificate.name)
                  .bind(6, certificate.subject)
                  .bind(7, certificate.sha256)
                  .bind(8, rfc3339(certificate.not_before))
                  .bind(9, rfc3339(certificate.not_after))
                  .bind(10, certificate.pem)
                  .done();
  if (!done && ::sqlite3_extended_errcode(database.raw()) == SQLITE_CONSTRAINT_UNIQUE) return taken(certificate);
  return done;
}

}  // namespace

Status Ledger::record_issued(const std::vector<IssuedCertificate>& certificates) {
  Json names = Json::array();
  for (const auto& certificate : certificates)
    names.push(Json::object({{"kind", certificate.kind}, {"name", certificate.name}, {"serial", certificate.serial}}));
  return impl_->record("issued", Json::object({{"certificates", std::move(names)}}), [&](std::int64_t event) {
    Statement insert(impl_->database,
                     "INSERT INTO certificate (event, issuer, serial, kind, name, subject, sha256, not_before, "
                     "not_after, pem) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    for (const auto& certificate : certificates)
      if (auto done = insert_certificate(insert, impl_->database, event, certificate); !done) return done;
    return success();
  });
}

Result<std::vector<IssuedCertificate>> Ledger::issued(std::optional<std::string_view> kind) {
  const std::lock_guard lock(impl_->mutex);
  Statement rows(impl_->database,
                 "SELECT serial, issuer, kind, name, subject, sha256, not_before, not_after, pem FROM certificate"
                 " WHERE ?1 = '' OR kind = ?1 ORDER BY id");
  rows.bind(1, kind.value_or(""));
  std::vector<IssuedCertificate> all;
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return all;
    const auto from = impl_->instant(rows.text(6));
    if (!from) return from.error();
    const auto until = impl_->instant(rows.text(7));
    if (!until) return until.error();
    all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), rows.text(5), *from, *until,
                   rows.text(8)});
  }
}

Status Ledger::record_run(const DeviceRun& run) {
  const auto event_detail = Json::object({{"imei", run.imei}, {"port", run.port}, {"status", run.status}});
  return impl_->record("run", event_detail, [&](std::int64_t event) {
    Statement insert(
        impl_->database,
        "INSERT INTO run (event, imei, model, firmware, port, status, detail) VALUES (?, ?, ?, ?, ?, ?, ?)");
    return insert.bind(1, event)
        .bind(2, run.imei)
        .bind(3, run.model)
        .bind(4, run.firmware)
        .bind(5, run.port)
        .bind(6, run.status)
        .bind(7, run.detail.dump(-1))
        .done();
  });
}

Result<std::vector<DeviceRun>> Ledger::runs(std::optional<std::string_view> imei) {
  const std::lock_guard lock(impl_->mutex);
  Statement rows(impl_->database,
                 "SELECT imei, model, firmware, port, status, detail FROM run WHERE ?1 = 0 OR imei = ?2 ORDER BY id");
  rows.bind(1, imei ? 1 : 0).bind(2, imei.value_or(""));
  std::vector<DeviceRun> all;
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return all;
    auto detail = impl_->json(rows.text(5));
    if (!detail) return std::move(detail).error();
    all.push_back({rows.text(0), rows.text(1), rows.text(2), rows.text(3), rows.text(4), std::move(*detail)});
  }
}

Status Ledger::record_verdict(const StoredVerdict& verdict) {
  const auto event_detail = Json::object({{"imei", verdict.imei},
                                          {"firmware", verdict.key.firmware},
                                          {"path", verdict.key.path},
                                          {"class", verdict.verdict_class}});
  return impl_->record("verdict", event_detail, [&](std::int64_t event) {
    Statement insert(impl_->database,
                     "INSERT INTO verdict (event, model, firmware, path, settings, class, names_checked, imei, at, "
                     "detail) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)");
    return insert.bind(1, event)
        .bind(2, verdict.key.model)
        .bind(3, verdict.key.firmware)
        .bind(4, verdict.key.path)
        .bind(5, verdict.key.settings)
        .bind(6, verdict.verdict_class)
        .bind(7, verdict.names_checked ? 1 : 0)
        .bind(8, verdict.imei)
        .bind(9, rfc3339(verdict.at))
        .bind(10, verdict.detail.dump(-1))
        .done();
  });
}

Result<std::optional<StoredVerdict>> Ledger::verdict_for(const VerdictKey& key) {
  const std::lock_guard lock(impl_->mutex);
  Statement rows(impl_->database,
                 "SELECT class, names_checked, imei, at, detail FROM verdict WHERE model = ? AND firmware = ? AND "
                 "path = ? AND settings = ? ORDER BY id DESC LIMIT 1");
  rows.bind(1, key.model).bind(2, key.firmware).bind(3, key.path).bind(4, key.settings);
  const auto found = rows.next();
  if (!found) return found.error();
  if (!*found) return std::optional<StoredVerdict>{};
  const auto at = impl_->instant(rows.text(3));
  if (!at) return at.error();
  auto detail = impl_->json(rows.text(4));
  if (!detail) return std::move(detail).error();
  return std::optional(StoredVerdict{key, rows.text(0), rows.number(1) != 0, rows.text(2), *at, std::move(*detail)});
}

}  // namespace epki::ledger
