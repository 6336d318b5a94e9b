#include "ledger/certificates.hpp"

#include <algorithm>

#include "core/text.hpp"
#include "ledger/certificate_rows.hpp"
#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

constexpr std::size_t most_found = 1000;
constexpr std::size_t most_named = 50;  // serials that an event lists; the rows hold all

Result<bool> is_known(Database& database, const CertificateId& id) {
  Statement row(database, "SELECT 1 FROM certificate WHERE serial = ? AND issuer = ?");
  return row.bind(1, id.serial).bind(2, id.issuer).next();
}

Error unknown(const CertificateId& id) {
  return {Errc::ledger, "serial " + id.serial + " is not in the ledger for that issuer",
          "ec200u-pki list shows what is; nothing was changed"};
}

Json serials_detail(std::span<const Revocation> revocations) {
  Json serials = Json::array();
  for (const auto& one : revocations.first(std::min(revocations.size(), most_named)))
    serials.push(Json::object({{"serial", one.id.serial}, {"reason", word(one.reason)}}));
  return Json::object({{"revoked", std::move(serials)}, {"count", revocations.size()}});
}

Result<bool> add_revocation(Writing& writing, const CertificateId& id, Instant at, RevocationReason reason) {
  const auto added =
      writing.add(table::revocation, {id.issuer, id.serial, rfc3339(at), static_cast<std::int64_t>(reason)});
  if (!added) return added.error();
  return *added != 0;
}

// Serials of which nothing but the serial is known.
Status ask_unaccounted(Database& database, const std::string& where, const std::optional<std::string>& bound,
                       const std::function<Status(const CertificateRecord&)>& each) {
  Statement rows(database,
                 "SELECT u.issuer, u.serial, u.id, coalesce(r.at, ''), coalesce(r.reason, 0) FROM unaccounted u"
                 " LEFT JOIN revocation r ON r.issuer = u.issuer AND r.serial = u.serial WHERE " +
                     where + " ORDER BY u.id DESC");
  if (bound) rows.bind(1, *bound);
  return for_rows(rows, [&]() -> Status {
    CertificateRecord record;
    record.certificate.issuer = rows.text(0);
    record.certificate.serial = rows.text(1);
    record.status = CertificateStatus::unsettled;
    if (const auto revoked = rows.text(3); !revoked.empty()) {
      const auto at = stored_instant(database, revoked);
      if (!at) return at.error();
      record.revoked = Revocation{
          {rows.text(0), rows.text(1)}, *at, reason_of(rows.number(4)).value_or(RevocationReason::unspecified)};
      record.status = CertificateStatus::revoked;
    }
    return each(record);
  });
}

constexpr const char* is_unsettled =
    "NOT EXISTS (SELECT 1 FROM settlement s WHERE s.serial = u.serial AND s.issuer = u.issuer)";

}  // namespace

Status refuse_unsettled(Database& database) {
  const auto open = single_number(database, std::string("SELECT count(*) FROM unaccounted u WHERE ") + is_unsettled);
  if (!open) return open.error();
  if (*open == 0) return success();
  return Error{
      Errc::ledger,
      "nothing is signed while " + counted(static_cast<std::size_t>(*open), "serial") + (*open == 1 ? " is" : " are") +
          " unaccounted for since the restore",
      "settle each: revoke it, hand in its certificate, or vouch that it was never issued; ec200u-pki ca settle "
      "lists them"};
}

Certificates::Certificates(Ledger& ledger) : impl_(ledger.impl()) {}

Result<std::optional<CertificateRecord>> Certificates::by_id(const CertificateId& id) {
  using Found = std::optional<CertificateRecord>;
  return impl_.read_there<Found>([&](Database& database) -> Result<Found> {
    CertificateQuery query;
    query.add("c.serial = ?", id.serial);
    query.add("c.issuer = ?", id.issuer);
    Found found;
    auto asked = ask_certificates(database, query, impl_.clock.now(), Expect::few, [&](const auto& record) {
      found = record;
      return Result<bool>(true);
    });
    if (!asked) return std::move(asked).error();
    return found;
  });
}

Result<std::vector<CertificateRecord>> Certificates::find(std::string_view text) {
  using All = std::vector<CertificateRecord>;
  std::string hex = lower(text);
  std::erase(hex, ':');
  return impl_.read_there<All>([&](Database& database) -> Result<All> {
    All all;
    // The ids first, each from an index of its own, and sorted here: asked in one go, or in order, a planner reads the
    // whole table instead. (Where sha256 itself is compared, SQLite puts its value into substr() and misses the index.)
    Statement ids(database,
                  "SELECT id FROM certificate WHERE serial = ? UNION SELECT id FROM certificate WHERE name = ? UNION"
                  " SELECT id FROM certificate WHERE imei = ? AND imei <> '' UNION SELECT id FROM certificate WHERE"
                  " substr(sha256, 1, 16) = ? AND sha256 || '' = ?");
    ids.bind(1, hex).bind(2, text).bind(3, text).bind(4, hex.substr(0, 16)).bind(5, hex);
    std::vector<std::int64_t> found;
    auto asked = for_rows(ids, [&] {
      found.push_back(ids.number(0));
      return success();
    });
    if (!asked) return std::move(asked).error();
    std::sort(found.rbegin(), found.rend());
    if (found.size() > most_found) found.resize(most_found);
    for (const auto id : found) {
      CertificateQuery query;
      query.add("c.id = ?", std::to_string(id));
      asked = ask_certificates(database, query, impl_.clock.now(), Expect::few, [&](const auto& record) {
        all.push_back(record);
        return Result<bool>(true);
      });
      if (!asked) return std::move(asked).error();
    }
    asked = ask_unaccounted(database,
                            "u.serial = ? AND NOT EXISTS (SELECT 1 FROM certificate c WHERE c.serial = u.serial AND"
                            " c.issuer = u.issuer)",
                            hex, [&](const auto& record) {
                              all.push_back(record);
                              return success();
                            });
    if (!asked) return std::move(asked).error();
    return all;
  });
}

Result<std::vector<CertificateRecord>> Certificates::list(const CertificateFilter& filter) {
  using All = std::vector<CertificateRecord>;
  return impl_.read_there<All>([&](Database& database) -> Result<All> {
    All all;
    const auto now = impl_.clock.now();
    if (filter.status == CertificateStatus::unsettled) {
      auto asked = ask_unaccounted(database, is_unsettled, std::nullopt, [&](const auto& record) {
        all.push_back(record);
        return success();
      });
      if (!asked) return std::move(asked).error();
      return all;
    }
    auto asked = ask_certificates(database, query_of(filter, now), now, Expect::few, [&](const auto& record) {
      all.push_back(record);
      return Result<bool>(true);
    });
    if (!asked) return std::move(asked).error();
    return all;
  });
}

Status Certificates::for_each(const CertificateFilter& filter,
                              const std::function<Result<bool>(const CertificateRecord& record)>& each) {
  const auto now = impl_.clock.now();
  return impl_.stream(
      [&](Database& database) { return ask_certificates(database, query_of(filter, now), now, Expect::many, each); });
}

Result<std::size_t> Certificates::revoke(std::span<const Revocation> revocations) {
  std::size_t fresh = 0;
  auto recorded = impl_.record("revoked", Where::database_only, [&](Writing& writing) -> Result<Json> {
    fresh = 0;
    for (const auto& one : revocations) {
      const auto known = is_known(writing.database(), one.id);
      if (!known) return known.error();
      if (!*known) return unknown(one.id);
      const auto added = add_revocation(writing, one.id, one.at, one.reason);
      if (!added) return added.error();
      if (*added) ++fresh;
    }
    return serials_detail(revocations);
  });
  if (!recorded) return std::move(recorded).error();
  return fresh;
}

Status Certificates::record_renewal(std::span<const Renewal> renewals, std::optional<RevocationReason> reason) {
  return impl_.record("renewed", Where::database_only, [&](Writing& writing) -> Result<Json> {
    if (auto settled = refuse_unsettled(writing.database()); !settled) return std::move(settled).error();
    Json pairs = Json::array();
    for (const auto& renewal : renewals) {
      const auto& old = renewal.old;
      const auto known = is_known(writing.database(), old);
      if (!known) return known.error();
      if (!*known) return unknown(old);
      if (auto added = add_certificate(writing, renewal.successor); !added) return std::move(added).error();
      const auto linked =
          writing.add(table::renewal, {old.issuer, old.serial, renewal.successor.issuer, renewal.successor.serial});
      if (!linked) return linked.error();
      if (reason) {
        const auto revoked = add_revocation(writing, old, writing.at(), *reason);
        if (!revoked) return revoked.error();
      }
      if (pairs.size() < most_named) pairs.push(Json::object({{"old", old.serial}, {"new", renewal.successor.serial}}));
    }
    auto detail = Json::object({{"renewed", std::move(pairs)}, {"count", renewals.size()}});
    if (reason) detail.set("reason", word(*reason));
    return detail;
  });
}

Result<std::size_t> Certificates::report_unaccounted(std::span<const Unaccounted> serials) {
  std::size_t fresh = 0;
  auto recorded = impl_.record("unaccounted", Where::database_only, [&](Writing& writing) -> Result<Json> {
    fresh = 0;
    Json names = Json::array();
    for (const auto& one : serials) {
      const auto known = is_known(writing.database(), one.id);
      if (!known) return known.error();
      if (*known) continue;
      const auto added = writing.add(table::unaccounted, {one.id.issuer, one.id.serial, one.why, rfc3339(one.at)});
      if (!added) return added.error();
      if (*added == 0) continue;
      ++fresh;
      if (names.size() < most_named) names.push(one.id.serial);
    }
    return Json::object({{"serials", std::move(names)}, {"count", fresh}});
  });
  if (!recorded) return std::move(recorded).error();
  return fresh;
}

Result<std::vector<Unaccounted>> Certificates::unaccounted() {
  using All = std::vector<Unaccounted>;
  return impl_.read_there<All>([&](Database& database) -> Result<All> {
    Statement rows(database, std::string("SELECT u.issuer, u.serial, u.why, u.at FROM unaccounted u WHERE ") +
                                 is_unsettled + " ORDER BY u.id");
    All all;
    auto read = for_rows(rows, [&]() -> Status {
      const auto at = stored_instant(database, rows.text(3));
      if (!at) return at.error();
      all.push_back({{rows.text(0), rows.text(1)}, rows.text(2), *at});
      return success();
    });
    if (!read) return std::move(read).error();
    return all;
  });
}

Status Certificates::settle(const Settled& settled) {
  const auto& id = settled.id;
  return impl_.record("settled", Where::database_only, [&](Writing& writing) -> Result<Json> {
    Statement row(writing.database(),
                  std::string("SELECT 1 FROM unaccounted u WHERE u.serial = ? AND u.issuer = ? AND ") + is_unsettled);
    const auto open = row.bind(1, id.serial).bind(2, id.issuer).next();
    if (!open) return open.error();
    if (!*open)
      return Error{Errc::ledger, "serial " + id.serial + " is not waiting to be settled",
                   "ec200u-pki list --status unsettled shows those that are"};
    if (settled.how == Settlement::revoked) {
      const auto revoked = add_revocation(writing, id, writing.at(), settled.reason);
      if (!revoked) return revoked.error();
    }
    if (settled.how == Settlement::accounted) {
      if (!settled.found || settled.found->serial != id.serial || settled.found->issuer != id.issuer)
        return Error{Errc::input, "that is not the certificate with serial " + id.serial,
                     "hand in the certificate with this serial, from the same issuer"};
      if (auto added = add_certificate(writing, *settled.found); !added) return std::move(added).error();
    }
    const auto added = writing.add(table::settlement, {id.issuer, id.serial, word(settled.how), settled.note});
    if (!added) return added.error();
    return Json::object({{"serial", id.serial}, {"how", word(settled.how)}, {"note", settled.note}});
  });
}

Result<Certificates::Counts> Certificates::counts() {
  return impl_.read_there<Counts>([&](Database& database) -> Result<Counts> {
    Statement row(database,
                  "SELECT count(*), count(r.serial), count(CASE WHEN r.serial IS NULL AND c.not_after < ?1 THEN 1 END),"
                  " count(CASE WHEN r.serial IS NULL AND c.not_after >= ?1 AND EXISTS (SELECT 1 FROM renewal n WHERE"
                  " n.serial = c.serial AND n.issuer = c.issuer) THEN 1 END) FROM certificate c LEFT JOIN revocation r"
                  " ON r.issuer = c.issuer AND r.serial = c.serial");
    const auto found = row.bind(1, rfc3339(impl_.clock.now())).next();
    if (!found) return found.error();
    const auto open = single_number(database, std::string("SELECT count(*) FROM unaccounted u WHERE ") + is_unsettled);
    if (!open) return open.error();
    const auto size = [&](int column) { return static_cast<std::size_t>(row.number(column)); };
    Counts counts;
    counts.revoked = size(1);
    counts.expired = size(2);
    counts.superseded = size(3);
    counts.valid = size(0) - counts.revoked - counts.expired - counts.superseded;
    counts.unsettled = static_cast<std::size_t>(*open);
    return counts;
  });
}

}  // namespace epki::ledger
