#include "cli/backup/take_back.hpp"

#include <algorithm>
#include <system_error>

#include "cli/certs/revocation_lists.hpp"
#include "core/file.hpp"
#include "ledger/crl.hpp"
#include "pki/ca/crl.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace take_back {

namespace fs = std::filesystem;

/// A thousand lists in the time between two backups is one every hour for six weeks.
constexpr std::int64_t jump = 1000;

Status take_list(const ossl::Crl& list, const std::string& file, const std::vector<CaFiles>& cas,
                 ledger::Ledger& ledger, Context& context, TakenBack& taken) {
  const auto ca =
      std::find_if(cas.begin(), cas.end(), [&](const CaFiles& one) { return list.signed_by(one.certificate); });
  if (ca == cas.end())
    return Error{Errc::input, file + " holds a list of " + list.issuer() + " that none of the CAs in ca/ signed",
                 "give the lists this project published: broker/certs/crl.pem of the broker"};
  const auto issuer = ca::issuer_id(ca->certificate);
  const std::string why = "in the published CRL " + std::to_string(list.number().value_or(0));
  ledger::Certificates certificates(ledger);
  std::vector<ledger::Revocation> known;
  std::vector<ledger::Unaccounted> unknown;
  auto read = list.for_each([&](const ossl::CrlEntry& entry) -> Status {
    if (context.cancel.requested()) return interrupted();
    const ledger::CertificateId id{issuer, entry.serial};
    const auto found = certificates.by_id(id);
    if (!found) return found.error();
    const auto reason = ledger::reason_of(entry.reason).value_or(ledger::RevocationReason::unspecified);
    if (!*found)
      unknown.push_back({id, why, context.clock.now()});
    else if (!(*found)->revoked)
      known.push_back({id, entry.at, reason});
    return success();
  });
  if (!read) return read;
  const auto revoked = certificates.revoke(known);
  if (!revoked) return revoked.error();
  const auto reported = certificates.report_unaccounted(unknown);
  if (!reported) return reported.error();
  taken.revoked += *revoked;
  taken.unaccounted += *reported;
  taken.lists.push_back(list);
  return success();
}

Status look_at(const fs::path& file, bool named, const std::vector<CaFiles>& cas, Context& context,
               std::vector<ledger::Unaccounted>& into) {
  const auto text = read_file(file);
  if (!text) return text.error();
  auto chain = ossl::chain_from_pem(*text);
  if (!chain) {
    if (named) return Error(chain.error()).in(file.string());
    return success();
  }
  for (const auto& one : *chain) {
    const bool ours = std::any_of(cas.begin(), cas.end(), [&](const CaFiles& ca) {
      return one.issuer_der() == ca.certificate.subject_der() && one.signed_by(ca.certificate);
    });
    const ledger::CertificateId id{ossl::sha256_hex(one.issuer_der()), one.serial()};
    if (ours) into.push_back({id, "seen in " + file.string() + ", " + one.subject(), context.clock.now()});
  }
  return success();
}

}  // namespace take_back

Result<TakenBack> take_back_lists(const std::vector<std::string>& files, const config::Project& project,
                                  ledger::Ledger& ledger, Context& context) {
  TakenBack taken;
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  for (const auto& file : files) {
    const auto text = read_file(file, 1U << 30U);
    if (!text) return text.error();
    std::vector<ossl::Crl> lists;
    if (text->find("-----BEGIN ") == std::string::npos) {
      auto one = ossl::Crl::read(*text);
      if (!one) return std::move(one).error().in(file);
      lists.push_back(*std::move(one));
    } else {
      auto all = ossl::Crl::read_all(*text);
      if (!all) return std::move(all).error().in(file);
      lists = *std::move(all);
    }
    for (const auto& list : lists)
      if (auto done = take_back::take_list(list, file, *cas, ledger, context, taken); !done)
        return std::move(done).error();
  }
  return taken;
}

Result<std::size_t> take_back_certificates(const std::vector<std::string>& paths, const config::Project& project,
                                           ledger::Ledger& ledger, Context& context) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  std::vector<ledger::Unaccounted> seen;
  for (const auto& path : paths) {
    std::error_code failed;
    if (!std::filesystem::is_directory(path, failed)) {
      if (auto done = take_back::look_at(path, true, *cas, context, seen); !done) return std::move(done).error();
      continue;
    }
    for (const auto& entry : std::filesystem::recursive_directory_iterator(path, failed)) {
      if (context.cancel.requested()) return interrupted();
      const auto extension = entry.path().extension();
      if (!entry.is_regular_file(failed) || (extension != ".pem" && extension != ".crt")) continue;
      if (auto done = take_back::look_at(entry.path(), false, *cas, context, seen); !done)
        return std::move(done).error();
    }
    if (failed) return disk_error("reading", path, failed.value());
  }
  return ledger::Certificates(ledger).report_unaccounted(seen);
}

Result<std::size_t> await_lists(const config::Project& project, ledger::Ledger& ledger,
                                const std::vector<ossl::Crl>& given, Instant now) {
  const auto cas = living_cas(project, ledger);
  if (!cas) return cas.error();
  const bool devices = std::any_of(cas->begin(), cas->end(), [](const CaFiles& ca) { return ca.for_devices; });
  ledger::Crls crls(ledger);
  std::vector<ledger::Unaccounted> missing;
  for (const auto& ca : *cas) {
    if (!ca.signs_leaves || ca.for_devices != devices) continue;
    const auto handed_in = [&](const ossl::Crl& list) { return list.signed_by(ca.certificate); };
    if (std::any_of(given.begin(), given.end(), handed_in)) continue;
    const auto issuer = ca::issuer_id(ca.certificate);
    const auto before = crls.latest(issuer);
    if (!before) return before.error();
    // Without certificates for clients, and without a list so far, there is nothing to revoke.
    if (!devices && !*before) continue;
    missing.push_back({{issuer, published_list},
                       "the list that " + ca.certificate.subject() + " published last: the broker's crl.pem",
                       now});
  }
  return ledger::Certificates(ledger).report_unaccounted(missing);
}

Status settle_lists(ledger::Ledger& ledger, const std::vector<ossl::Crl>& given,
                    const std::optional<std::string>& note) {
  ledger::Certificates certificates(ledger);
  const auto open = certificates.unaccounted();
  if (!open) return open.error();
  for (const auto& one : *open) {
    if (one.id.serial != published_list) continue;
    const auto list = std::find_if(given.begin(), given.end(), [&](const ossl::Crl& crl) {
      return ossl::sha256_hex(crl.issuer_der()) == one.id.issuer;
    });
    if (list == given.end() && !note) continue;
    ledger::Certificates::Settled how{.id = one.id};
    how.how = ledger::Settlement::never_issued;
    how.note = list != given.end() ? "list " + std::to_string(list->number().value_or(0)) + " was handed in" : *note;
    if (auto done = certificates.settle(how); !done) return done;
  }
  return success();
}

Status jump_crl_numbers(const config::Project& project, ledger::Ledger& ledger, const std::vector<ossl::Crl>& seen) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  ledger::Crls crls(ledger);
  for (const auto& ca : *cas) {
    const auto issuer = ca::issuer_id(ca.certificate);
    const auto last = crls.latest(issuer);
    if (!last) return last.error();
    std::int64_t number = *last ? (*last)->number : 0;
    for (const auto& list : seen)
      if (list.signed_by(ca.certificate)) number = std::max(number, list.number().value_or(0));
    if (auto jumped = crls.jump_number(issuer, number + take_back::jump); !jumped) return jumped;
  }
  return success();
}

Json json_of_unaccounted(const std::vector<ledger::Unaccounted>& all) {
  Json rows = Json::array();
  for (const auto& one : all)
    rows.push(Json::object({{"serial", one.id.serial}, {"issuer", one.id.issuer}, {"why", one.why}}));
  return rows;
}

std::string text_of_unaccounted(const std::vector<ledger::Unaccounted>& all) {
  constexpr std::size_t shown = 20;
  std::string text;
  for (std::size_t i = 0; i < std::min(shown, all.size()); ++i)
    text += "  " + all[i].id.serial + "  " + all[i].why + "\n";
  if (all.size() > shown) text += "  and " + std::to_string(all.size() - shown) + " more (--json lists all)\n";
  return text;
}

}  // namespace epki::cli
