#include "ledger/crl.hpp"

#include "ledger/impl.hpp"

namespace epki::ledger {

namespace {

Result<std::int64_t> last_number(Database& database, std::string_view issuer) {
  Statement row(database, "SELECT max(number) FROM crl_number WHERE issuer = ?");
  const auto found = row.bind(1, issuer).next();
  if (!found) return found.error();
  return *found ? row.number(0) : 0;
}

Result<std::vector<PublishedCrl>> published(Database& database, std::string_view issuer, std::string_view rest) {
  Statement rows(database,
                 "SELECT issuer, number, this_update, next_update, sha256, entries FROM crl WHERE issuer = ?"
                 " ORDER BY number" +
                     std::string(rest));
  rows.bind(1, issuer);
  std::vector<PublishedCrl> all;
  auto read = for_rows(rows, [&]() -> Status {
    const auto from = stored_instant(database, rows.text(2));
    if (!from) return from.error();
    const auto until = stored_instant(database, rows.text(3));
    if (!until) return until.error();
    all.push_back({rows.text(0), rows.number(1), *from, *until, rows.text(4), rows.number(5)});
    return success();
  });
  if (!read) return std::move(read).error();
  return all;
}

}  // namespace

Crls::Crls(Ledger& ledger) : impl_(ledger.impl()) {}

Result<std::int64_t> Crls::reserve_number(std::string_view issuer) {
  std::int64_t number = 0;
  auto recorded = impl_.record("crl-number", Where::database_only, [&](Writing& writing) -> Result<Json> {
    const auto last = last_number(writing.database(), issuer);
    if (!last) return last.error();
    number = *last + 1;
    const auto added = writing.add(table::crl_number, {issuer, number});
    if (!added) return added.error();
    return Json::object({{"issuer", issuer}, {"number", number}});
  });
  if (!recorded) return std::move(recorded).error();
  return number;
}

Status Crls::jump_number(std::string_view issuer, std::int64_t least) {
  return impl_.record("crl-number-jump", Where::database_only, [&](Writing& writing) -> Result<Json> {
    const auto last = last_number(writing.database(), issuer);
    if (!last) return last.error();
    if (*last < least - 1) {
      const auto added = writing.add(table::crl_number, {issuer, least - 1});
      if (!added) return added.error();
    }
    return Json::object({{"issuer", issuer}, {"least", least}, {"before", *last}});
  });
}

Status Crls::record(const PublishedCrl& crl) {
  return impl_.record("crl", Where::database_only, [&](Writing& writing) -> Result<Json> {
    Statement reserved(writing.database(), "SELECT 1 FROM crl_number WHERE issuer = ? AND number = ?");
    const auto found = reserved.bind(1, crl.issuer).bind(2, crl.number).next();
    if (!found) return found.error();
    if (!*found)
      return Error{Errc::ledger, "CRL number " + std::to_string(crl.number) + " was not reserved",
                   "make the CRL again"};
    const auto added = writing.add(table::crl, {crl.issuer, crl.number, rfc3339(crl.this_update),
                                                rfc3339(crl.next_update), crl.sha256, crl.entries});
    if (!added && writing.database().refused_duplicate())
      return Error{Errc::ledger, "a CRL with number " + std::to_string(crl.number) + " was published already",
                   "make the CRL again"};
    if (!added) return added.error();
    return Json::object({{"issuer", crl.issuer}, {"number", crl.number}, {"sha256", crl.sha256}});
  });
}

Result<std::optional<PublishedCrl>> Crls::latest(std::string_view issuer) {
  using Found = std::optional<PublishedCrl>;
  return impl_.read_there<Found>([&](Database& database) -> Result<Found> {
    auto one = published(database, issuer, " DESC LIMIT 1");
    if (!one) return std::move(one).error();
    return one->empty() ? Found{} : Found(std::move(one->front()));
  });
}

Result<std::vector<PublishedCrl>> Crls::all(std::string_view issuer) {
  return impl_.read_there<std::vector<PublishedCrl>>(
      [&](Database& database) { return published(database, issuer, ""); });
}

Status Crls::for_each_revoked(std::string_view issuer, const std::function<Status(const RevokedEntry& entry)>& each) {
  return impl_.stream([&](Database& database) -> Status {
    Statement rows(database, "SELECT serial, at, reason FROM revocation WHERE issuer = ? ORDER BY serial",
                   Expect::many);
    rows.bind(1, issuer);
    return for_rows(rows, [&]() -> Status {
      const auto at = stored_instant(database, rows.text(1));
      if (!at) return at.error();
      return each({rows.text(0), *at, reason_of(rows.number(2)).value_or(RevocationReason::unspecified)});
    });
  });
}

Result<std::size_t> Crls::revoked_count(std::string_view issuer) {
  return impl_.read_there<std::size_t>([&](Database& database) -> Result<std::size_t> {
    Statement row(database, "SELECT count(*) FROM revocation WHERE issuer = ?");
    const auto found = row.bind(1, issuer).next();
    if (!found) return found.error();
    return *found ? static_cast<std::size_t>(row.number(0)) : 0U;
  });
}

}  // namespace epki::ledger
