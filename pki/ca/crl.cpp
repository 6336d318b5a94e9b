#include "pki/ca/crl.hpp"

#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "ledger/crl.hpp"
#include "pki/ca/pattern.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::ca {

namespace {

constexpr std::chrono::hours backdate{1};
constexpr std::chrono::minutes clock_slack{5};

std::string day_and_time(Instant at) {
  return rfc3339(at);
}

}  // namespace

std::string issuer_id(const ossl::Certificate& issuer) {
  return ossl::sha256_hex(issuer.subject_der());
}

Status check_settled(ledger::Ledger& ledger) {
  const auto open = ledger::Certificates(ledger).unaccounted();
  if (!open) return open.error();
  if (open->empty()) return success();
  return Error{Errc::ledger,
               "no revocation list is published while " + counted(open->size(), "question") +
                   (open->size() == 1 ? " is" : " are") + " open since the restore",
               "ec200u-pki ca settle lists what must be settled first"};
}

Result<ossl::Crl> publish_crl(const Identity& issuer, std::chrono::days validity, ledger::Ledger& ledger,
                              const Clock& clock, bool last_was_ahead) {
  const Instant now = clock.now();
  if (auto checked = check_issuer(issuer, now); !checked) return std::move(checked).error();
  if (validity < std::chrono::days(1) || validity > std::chrono::days(3650))
    return Error{Errc::usage, "a CRL cannot be valid for " + std::to_string(validity.count()) + " days",
                 "use 1 to 3650 days"};
  if (auto settled = check_settled(ledger); !settled) return std::move(settled).error();
  ledger::Crls crls(ledger);
  const auto id = issuer_id(issuer.certificate);
  const auto last = crls.latest(id);
  if (!last) return last.error();
  if (*last && (*last)->this_update > now + clock_slack && !last_was_ahead)
    return Error{Errc::input,
                 "this machine's clock says " + day_and_time(now) + ", but CRL " + std::to_string((*last)->number) +
                     " of " + issuer.certificate.subject() + " was signed at " + day_and_time((*last)->this_update),
                 "set the clock right first: a list signed now would count as the older one; if it is right, and was "
                 "ahead when that list was signed: ec200u-pki crl --clock-was-ahead"};

  const auto number = crls.reserve_number(id);
  if (!number) return number.error();
  const ossl::CrlSpec spec{now - backdate, now + validity, *number};
  auto builder = ossl::CrlBuilder::begin(spec, issuer.certificate);
  if (!builder) return std::move(builder).error();
  auto filled = crls.for_each_revoked(id, [&](const ledger::RevokedEntry& entry) {
    return builder->add({entry.serial, entry.at, static_cast<int>(entry.reason)});
  });
  if (!filled) return std::move(filled).error();
  auto crl = (*std::move(builder)).sign(issuer.key);
  if (!crl) return crl;
  auto recorded = crls.record(
      {id, *number, spec.this_update, spec.next_update, crl->sha256(), static_cast<std::int64_t>(crl->entries())});
  if (!recorded) return std::move(recorded).error();
  return crl;
}

Result<std::string> why_crl_is_due(const ossl::Certificate& issuer, std::chrono::days within, ledger::Ledger& ledger,
                                   const Clock& clock) {
  ledger::Crls crls(ledger);
  const auto id = issuer_id(issuer);
  const auto last = crls.latest(id);
  if (!last) return last.error();
  const auto revoked = crls.revoked_count(id);
  if (!revoked) return revoked.error();
  if (!*last)
    return *revoked == 0 ? std::string() : counted(*revoked, "certificate") + " revoked, and no CRL was ever published";
  if ((*last)->next_update <= clock.now())
    return "CRL " + std::to_string((*last)->number) + " ended " + day_and_time((*last)->next_update) +
           ": a broker that checks it refuses every client";
  if ((*last)->this_update > clock.now())
    return "CRL " + std::to_string((*last)->number) + " begins " + day_and_time((*last)->this_update) +
           ": until then a broker that checks it refuses every client";
  if ((*last)->next_update <= clock.now() + within)
    return "CRL " + std::to_string((*last)->number) + " ends " + day_and_time((*last)->next_update);
  if (static_cast<std::int64_t>(*revoked) > (*last)->entries)
    return counted(*revoked - static_cast<std::size_t>((*last)->entries), "revocation") + " not in CRL " +
           std::to_string((*last)->number) + " yet";
  return std::string();
}

}  // namespace epki::ca
