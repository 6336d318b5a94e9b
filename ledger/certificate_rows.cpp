#include "ledger/certificate_rows.hpp"

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

constexpr const char* renewed = "EXISTS (SELECT 1 FROM renewal n WHERE n.serial = c.serial AND n.issuer = c.issuer)";

constexpr const char* select_certificates =
    "SELECT c.id, c.serial, c.issuer, c.kind, c.name, c.subject, c.sha256, c.not_before, c.not_after, c.pem, c.imei,"
    " c.batch, coalesce(r.at, ''), coalesce(r.reason, 0), coalesce((SELECT n.by_issuer || ' ' || n.by_serial FROM"
    " renewal n WHERE n.serial = c.serial AND n.issuer = c.issuer ORDER BY n.id DESC LIMIT 1), '')"
    " FROM certificate c LEFT JOIN revocation r ON r.issuer = c.issuer AND r.serial = c.serial";

CertificateStatus status_of(const CertificateRecord& record, Instant now) {
  if (record.revoked) return CertificateStatus::revoked;
  if (record.certificate.not_after < now) return CertificateStatus::expired;
  return record.renewed_by ? CertificateStatus::superseded : CertificateStatus::valid;
}

Result<CertificateRecord> certificate_of(const Database& database, const Statement& row, Instant now) {
  CertificateRecord record;
  record.position = row.number(0);
  auto& c = record.certificate;
  int column = 1;
  for (auto* text : {&c.serial, &c.issuer, &c.kind, &c.name, &c.subject, &c.sha256}) *text = row.text(column++);
  const auto from = stored_instant(database, row.text(7));
  if (!from) return from.error();
  const auto until = stored_instant(database, row.text(8));
  if (!until) return until.error();
  c.not_before = *from;
  c.not_after = *until;
  c.pem = row.text(9);
  c.imei = row.text(10);
  c.batch = row.text(11);
  if (const auto revoked = row.text(12); !revoked.empty()) {
    const auto at = stored_instant(database, revoked);
    if (!at) return at.error();
    record.revoked =
        Revocation{{c.issuer, c.serial}, *at, reason_of(row.number(13)).value_or(RevocationReason::unspecified)};
  }
  if (const auto by = row.text(14); !by.empty()) {
    const auto space = by.find(' ');
    record.renewed_by = CertificateId{by.substr(0, space), by.substr(space + 1)};
  }
  record.status = status_of(record, now);
  return record;
}

}  // namespace

CertificateQuery query_of(const CertificateFilter& filter, Instant now) {
  CertificateQuery query;
  query.limit = filter.limit;
  if (!filter.kind.empty()) query.add("c.kind = ?", filter.kind);
  if (!filter.issuer.empty()) query.add("c.issuer = ?", filter.issuer);
  if (!filter.name.empty()) query.add("c.name = ?", filter.name);
  if (!filter.imei.empty()) query.add("c.imei = ? AND c.imei <> ''", filter.imei);
  if (!filter.batch.empty()) query.add("c.batch = ? AND c.batch <> ''", filter.batch);
  if (filter.expires_before) {
    query.add("c.not_after < ?", rfc3339(*filter.expires_before));
    query.add("c.not_after >= ?", rfc3339(now));
  }
  if (filter.after != 0) query.add("c.id > ?", std::to_string(filter.after));
  if (!filter.status) return query;
  switch (*filter.status) {
    case CertificateStatus::unsettled: query.add("1 = 0"); break;
    case CertificateStatus::revoked: query.add("r.serial IS NOT NULL"); break;
    case CertificateStatus::expired: query.add("r.serial IS NULL AND c.not_after < ?", rfc3339(now)); break;
    case CertificateStatus::superseded:
      query.add(std::string("r.serial IS NULL AND ") + renewed + " AND c.not_after >= ?", rfc3339(now));
      break;
    case CertificateStatus::valid:
      query.add(std::string("r.serial IS NULL AND NOT ") + renewed + " AND c.not_after >= ?", rfc3339(now));
      break;
  }
  return query;
}

Status ask_certificates(Database& database, const CertificateQuery& query, Instant now, Expect expect,
                        const std::function<Result<bool>(const CertificateRecord&)>& each) {
  std::string sql = select_certificates + query.where + " ORDER BY " + query.order;
  if (query.limit != 0) sql += " LIMIT " + std::to_string(query.limit);
  Statement rows(database, sql, expect);
  int place = 1;
  for (const auto& text : query.texts) rows.bind(place++, text);
  for (;;) {
    const auto more = rows.next();
    if (!more) return more.error();
    if (!*more) return success();
    const auto record = certificate_of(database, rows, now);
    if (!record) return record.error();
    const auto on = each(*record);
    if (!on) return on.error();
    if (!*on) return success();
  }
}

}  // namespace epki::ledger
