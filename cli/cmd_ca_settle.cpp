#include <algorithm>
#include <memory>

#include "cli/backup/take_back.hpp"
#include "cli/certs/find.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_place.hpp"
#include "core/exit_code.hpp"
#include "core/text.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace cmd_ca_settle {

struct Options {
  std::vector<std::string> serials{}, lists{}, seen{};
  std::optional<std::string> reason{}, certificate{}, note{};
  bool revoked = false, never_issued = false, all = false, no_list = false;
};

using Open = std::vector<ledger::Unaccounted>;

Status check(const Options& options) {
  if (options.no_list && !options.note)
    return Error{Errc::usage, "--no-published-crl needs --note: who vouches for it, and why",
                 "the broker's crl.pem is the safe answer: --crl FILE"};
  if (std::find(options.serials.begin(), options.serials.end(), published_list) != options.serials.end())
    return Error{Errc::usage, std::string(published_list) + " is no serial: it stands for a list that is missing",
                 "hand it in with --crl FILE, or vouch with --no-published-crl --note WHY"};
  const int ways = (options.revoked ? 1 : 0) + (options.never_issued ? 1 : 0) + (options.certificate ? 1 : 0);
  if (options.serials.empty() && !options.all) {
    if (ways == 0) return success();
    return Error{Errc::usage, "whose serial?", "give serials, or --all; ec200u-pki ca settle lists them"};
  }
  if (ways != 1)
    return Error{Errc::usage, "say how it is settled", "give one of --revoked, --certificate FILE, --never-issued"};
  if (options.never_issued && !options.note)
    return Error{Errc::usage, "--never-issued needs --note: who vouches for it, and why",
                 "if nobody does, --revoked is the safe answer"};
  if (options.certificate && (options.all || options.serials.size() != 1))
    return Error{Errc::usage, "--certificate settles one serial", "give that serial"};
  if (options.reason && !options.revoked)
    return Error{Errc::usage, "--reason goes with --revoked", "add --revoked, or leave --reason out"};
  return success();
}

Result<Open> chosen(const Options& options, const Open& open) {
  Open all;
  if (options.all) {
    for (const auto& one : open)
      if (one.id.serial != published_list) all.push_back(one);
    return all;
  }
  for (const auto& word : options.serials) {
    std::string serial;
    for (const char c : lower(word))
      if (c != ':') serial += c;
    const auto found = std::find_if(open.begin(), open.end(), [&](const auto& one) { return one.id.serial == serial; });
    if (found == open.end())
      return Error{Errc::input, "serial " + visible(word) + " is not among those that wait to be settled",
                   "ec200u-pki ca settle lists them"};
    all.push_back(*found);
  }
  return all;
}

std::string kind_of(const ossl::Certificate& certificate, const config::Project& project) {
  if (certificate.is_ca()) return "issuing";
  const auto cas = cas_of(project);
  if (cas)
    for (const auto& ca : *cas)
      if (certificate.issuer_der() == ca.certificate.subject_der()) return ca.for_devices ? "device" : "server";
  return "device";
}

Result<ledger::Certificates::Settled> settled(const Options& options, const ledger::Unaccounted& one,
                                              const config::Project& project) {
  ledger::Certificates::Settled how{.id = one.id, .note = options.note.value_or("")};
  if (options.never_issued) how.how = ledger::Settlement::never_issued;
  if (options.revoked) {
    const auto reason = ledger::parse_reason(options.reason.value_or("unspecified"));
    if (!reason)
      return Error{Errc::usage, "--reason " + *options.reason + " is no reason of RFC 5280",
                   "keyCompromise, cessationOfOperation, superseded; ec200u-pki revoke --help lists all"};
    how.reason = *reason;
  }
  if (options.certificate) {
    const auto certificate = certificate_in(*options.certificate);
    if (!certificate) return certificate.error();
    if (certificate->serial() != one.id.serial || ossl::sha256_hex(certificate->issuer_der()) != one.id.issuer)
      return Error{Errc::input,
                   *options.certificate + " has serial " + certificate->serial() + ", not " + one.id.serial,
                   "give the certificate with that serial"};
    how.how = ledger::Settlement::accounted;
    how.found = ca::ledger_row(*certificate, kind_of(*certificate, project), certificate->common_name());
  }
  return how;
}

Result<Outcome> settle(const Options& options, Context& context) {
  if (auto fine = check(options); !fine) return std::move(fine).error();
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  Outcome outcome;
  std::vector<ossl::Crl> lists;
  if (!options.lists.empty() || !options.seen.empty()) {
    const auto taken = take_back_lists(options.lists, *project, *ledger, context);
    if (!taken) return taken.error();
    const auto seen = take_back_certificates(options.seen, *project, *ledger, context);
    if (!seen) return seen.error();
    if (auto jumped = jump_crl_numbers(*project, *ledger, taken->lists); !jumped) return std::move(jumped).error();
    outcome.document.set("revoked_again", static_cast<std::int64_t>(taken->revoked));
    outcome.text += counted(taken->revoked, "certificate") + " of the lists revoked again.\n";
    lists = taken->lists;
  }
  const auto vouched = options.no_list ? options.note : std::nullopt;
  if (auto done = settle_lists(*ledger, lists, vouched); !done) return std::move(done).error();
  ledger::Certificates certificates(*ledger);
  auto open = certificates.unaccounted();
  if (!open) return std::move(open).error();
  const auto wanted = chosen(options, *open);
  if (!wanted) return wanted.error();
  for (const auto& one : *wanted) {
    const auto how = settled(options, one, *project);
    if (!how) return how.error();
    if (auto done = certificates.settle(*how); !done) return std::move(done).error();
    outcome.text += "Settled: " + one.id.serial + ", " + std::string(word(how->how)) + "\n";
  }
  open = certificates.unaccounted();
  if (!open) return std::move(open).error();
  outcome.document.set("settled", static_cast<std::int64_t>(wanted->size()))
      .set("unaccounted", json_of_unaccounted(*open));
  if (open->empty()) {
    outcome.text += "Every serial is accounted for. Run ec200u-pki crl, then reload the broker.\n";
  } else {
    outcome.text +=
        "Nothing is signed, and no list is published, until each of these is settled:\n" + text_of_unaccounted(*open);
    outcome.exit = exit_code::no;
  }
  return outcome;
}

}  // namespace cmd_ca_settle

void add_ca_settle(CommandLine& line) {
  using namespace cmd_ca_settle;
  auto options = std::make_shared<Options>();
  auto command = line.add("ca settle", "Settle serials that a restored ledger cannot account for, or list them");
  command.option("SERIAL", options->serials, "Serials; none lists all, and exits 1 while there are any")
      .flag("--all", options->all, "Every serial that waits")
      .flag("--revoked", options->revoked, "It is revoked: the safe answer for a certificate nobody knows")
      .option("--reason", options->reason, "With --revoked: a reason of RFC 5280, 5.3.1")
      .option("--certificate", options->certificate, "Its certificate was found: it is recorded again")
      .flag("--never-issued", options->never_issued, "Somebody vouches that no certificate with it left the CA")
      .flag("--no-published-crl", options->no_list, "Somebody vouches that no list was published since the backup")
      .option("--note", options->note, "Who vouches, and why; kept in the ledger")
      .option("--crl", options->lists, "First take back revocation lists as the broker holds them")
      .option("--seen", options->seen, "First look through certificates in the world, files or folders")
      .examples(
          "  ec200u-pki ca settle\n"
          "  ec200u-pki ca settle --crl /tmp/crl-of-the-broker.pem\n"
          "  ec200u-pki ca settle --all --revoked --reason superseded")
      .run([options](Context& context) { return settle(*options, context); });
}

}  // namespace epki::cli
