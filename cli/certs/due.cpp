#include "cli/certs/due.hpp"

#include <algorithm>
#include <system_error>

#include "cli/certs/broker_files.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/crl.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace {

std::string remedy(const std::string& kind, const std::string& name, const config::Project& project) {
  if (kind == "device") return "ec200u-pki renew client " + shell_word(name);
  if (kind == "server")
    return name == project.broker.hosts.front() ? std::string("ec200u-pki renew server")
                                                : "ec200u-pki issue server " + name + " --out DIR";
  if (kind == "issuing") return "ec200u-pki ca request, sign, import";
  return "docs/workflows/root-roll-over.md";
}

int order(const Due& due) {
  if (due.kind == "device") return 2;
  if (due.kind == "crl") return 3;
  return due.kind == "server" ? 1 : 0;
}

bool is_ca(const std::string& kind) {
  return kind == "issuing" || kind == "root" || kind == "device-root" || kind == "standby-root";
}

Status add_certificates(const config::Project& project, ledger::Ledger& ledger, const ledger::CertificateFilter& filter,
                        Instant now, const Cancel& cancel, std::vector<Due>& into) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  // After a roll-over the old root and what it signed with lie aside: they may end.
  const auto laid_aside = [&](const ledger::IssuedCertificate& c) {
    return is_ca(c.kind) && std::none_of(cas->begin(), cas->end(), [&](const CaFiles& ca) {
             return ca.certificate.serial() == c.serial && ossl::sha256_hex(ca.certificate.issuer_der()) == c.issuer;
           });
  };
  return ledger::Certificates(ledger).for_each(filter, [&](const ledger::CertificateRecord& one) -> Result<bool> {
    if (cancel.requested()) return interrupted();
    const auto& c = one.certificate;
    if (c.kind == "twin" || one.renewed_by || one.revoked || laid_aside(c)) return true;
    into.push_back({c.kind, c.name, c.serial,
                    c.subject + (c.not_after < now ? " ended " : " ends ") + rfc3339(c.not_after) + ": " +
                        remedy(c.kind, c.name, project),
                    c.not_after});
    return true;
  });
}

// The ledger may know a successor that never reached the broker.
Status add_served(const config::Project& project, ledger::Ledger& ledger, Instant now, Instant until,
                  std::vector<Due>& into) {
  const auto served = served_certificate(project);
  if (!served) return served.error();
  const auto known = ledger::Certificates(ledger).by_id({ossl::sha256_hex(served->issuer_der()), served->serial()});
  if (!known) return known.error();
  const bool superseded = *known && ((*known)->renewed_by || (*known)->revoked);
  const bool listed =
      std::any_of(into.begin(), into.end(), [&](const Due& due) { return due.serial == served->serial(); });
  const bool begins = served->not_before() > now;
  if (listed || (!superseded && !begins && served->not_after() > until)) return success();
  into.push_back({"server", project.broker.hosts.front(), served->serial(),
                  "broker/certs/server.pem " +
                      (superseded ? std::string("holds a certificate that was renewed or revoked")
                       : begins   ? "begins " + rfc3339(served->not_before()) + ", by a clock that was ahead"
                                  : "ends " + rfc3339(served->not_after())) +
                      ": ec200u-pki renew server",
                  served->not_after()});
  return success();
}

}  // namespace

Result<std::vector<Due>> find_due(const config::Project& project, ledger::Ledger& ledger, std::chrono::seconds within,
                                  const Clock& clock, const Cancel& cancel) {
  std::vector<Due> all;
  const auto cas = living_cas(project, ledger);
  if (!cas) return cas.error();
  if (auto known = check_signers_known(project, *cas, ledger); !known) return std::move(known).error();
  const Instant now = clock.now();
  ledger::CertificateFilter ending;
  ending.status = ledger::CertificateStatus::valid;
  ending.expires_before = now + within;
  ledger::CertificateFilter ended;
  ended.status = ledger::CertificateStatus::expired;
  for (const auto& filter : {ending, ended})
    if (auto added = add_certificates(project, ledger, filter, now, cancel, all); !added)
      return std::move(added).error();
  if (auto added = add_served(project, ledger, now, now + within, all); !added) return std::move(added).error();
  // A list lives for a month as a rule: half of that is early enough, and a longer --within must not make it due
  // always.
  const auto crl_within =
      std::min(std::chrono::duration_cast<std::chrono::days>(within), std::chrono::days(project.ca.crl_days / 2));
  for (const auto& ca : *cas) {
    const auto why = ca::why_crl_is_due(ca.certificate, crl_within, ledger, clock);
    if (!why) return why.error();
    if (!why->empty()) all.push_back({"crl", ca.certificate.subject(), "", *why + ": ec200u-pki crl", now});
  }
  std::stable_sort(all.begin(), all.end(), [](const Due& a, const Due& b) {
    return order(a) != order(b) ? order(a) < order(b) : a.ends < b.ends;
  });
  return all;
}

}  // namespace epki::cli
