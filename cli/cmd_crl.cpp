#include <algorithm>
#include <memory>
#include <string>
#include <unordered_set>

#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_commands.hpp"
#include "cli/ledger_place.hpp"
#include "cli/open_ca.hpp"
#include "core/exit_code.hpp"
#include "core/file.hpp"
#include "core/file_lock.hpp"
#include "core/text.hpp"
#include "ledger/crl.hpp"
#include "pki/ca/crl.hpp"

namespace epki::cli {

namespace cmd_crl {

struct Options {
  std::optional<std::int64_t> days{};
  std::vector<std::string> add{};
  bool roots = false, check = false, clock_was_ahead = false;
  std::string within = "10d";
  PassphraseOptions passphrase{};
};

using Lists = std::vector<ossl::Crl>;

// A ledger that was put back from an older copy does not know what was revoked since: its next list would let those
// devices in again. `published` as it stands on the disk; a restore takes over what stands in it.
Status check_nothing_forgotten(const ossl::Certificate& ca, const Lists& published, ledger::Ledger& ledger) {
  const auto list = std::find_if(published.begin(), published.end(),
                                 [&](const ossl::Crl& one) { return one.issuer_der() == ca.subject_der(); });
  if (list == published.end() || list->entries() == 0) return success();
  std::unordered_set<std::string> known;
  auto asked = ledger::Crls(ledger).for_each_revoked(ca::issuer_id(ca), [&](const ledger::RevokedEntry& entry) {
    known.insert(entry.serial);
    return success();
  });
  if (!asked) return asked;
  std::size_t forgotten = 0;
  auto read = list->for_each([&](const ossl::CrlEntry& entry) {
    forgotten += known.contains(entry.serial) ? 0U : 1U;
    return success();
  });
  if (!read || forgotten == 0) return read;
  return Error{Errc::ledger,
               "ca/crl.pem revokes " + counted(forgotten, "certificate") + " of " + ca.subject() +
                   " that the ledger does not hold as revoked: an older ledger was put back, and a list signed from it "
                   "would let them in again",
               "put the newest ledger back, or restore a backup, which takes over what was published: ec200u-pki "
               "restore --crl broker/certs/crl.pem"};
}

void replace(Lists& lists, const ossl::Crl& fresh) {
  std::erase_if(lists, [&](const ossl::Crl& old) { return old.issuer_der() == fresh.issuer_der(); });
  lists.push_back(fresh);
}

// Lists that another station or the roots' machine signed with keys that are not here. Of a file with several, those
// that are older than the published ones are passed over: a machine hands over all that it has.
Status take_over(const std::string& file, const std::vector<CaFiles>& cas, Lists& lists, Context& context) {
  const auto text = read_file(file, 1U << 30U);
  if (!text) return text.error();
  auto brought = Result<Lists>(Lists{});
  if (text->find("-----BEGIN ") != std::string::npos) {
    brought = ossl::Crl::read_all(*text);
  } else if (auto der = ossl::Crl::read(*text); der) {
    brought->push_back(*std::move(der));
  } else {
    brought = std::move(der).error();
  }
  if (!brought) return Error(brought.error()).in(file);
  if (brought->empty())
    return Error{Errc::input, file + " holds no CRL", "give the file that ec200u-pki crl wrote, in PEM or DER"};
  for (const auto& list : *brought) {
    const auto known =
        std::find_if(cas.begin(), cas.end(), [&](const CaFiles& ca) { return list.signed_by(ca.certificate); });
    if (known == cas.end())
      return Error{Errc::input, file + " is signed by none of the CAs in ca/",
                   "import that CA's certificate first: ec200u-pki ca import"};
    const auto old = std::find_if(lists.begin(), lists.end(),
                                  [&](const ossl::Crl& one) { return one.issuer_der() == list.issuer_der(); });
    if (old != lists.end() && old->number().value_or(0) > list.number().value_or(0)) {
      const auto what = file + " holds CRL " + std::to_string(list.number().value_or(0)) + " of " + list.issuer() +
                        ", but number " + std::to_string(old->number().value_or(0)) + " is published already";
      if (brought->size() == 1) return Error{Errc::input, what, "fetch the newer one"};
      context.reporter.step(what + ": passed over");
      continue;
    }
    replace(lists, list);
  }
  return success();
}

Json facts(const ossl::Crl& list) {
  return Json::object({{"issuer", list.issuer()},
                       {"number", list.number()},
                       {"this_update", rfc3339(list.this_update())},
                       {"next_update", list.next_update() ? Json(rfc3339(*list.next_update())) : Json()},
                       {"entries", list.entries()}});
}

Result<Outcome> check(const config::Project& project, ledger::Ledger& ledger, const Options& options,
                      Context& context) {
  const auto within = parse_span("--within", options.within);
  if (!within) return within.error();
  const auto cas = living_cas(project, ledger);
  if (!cas) return cas.error();
  if (auto known = check_signers_known(project, *cas, ledger); !known) return std::move(known).error();
  Outcome outcome;
  Json due = Json::array();
  for (const auto& ca : *cas) {
    const auto why = ca::why_crl_is_due(ca.certificate, std::chrono::duration_cast<std::chrono::days>(*within), ledger,
                                        context.clock);
    if (!why) return why.error();
    if (why->empty()) continue;
    due.push(Json::object({{"issuer", ca.certificate.subject()}, {"what", *why}}));
    outcome.text += ca.certificate.subject() + ": " + *why + "\n";
  }
  outcome.exit = due.size() == 0 ? exit_code::done : exit_code::no;
  outcome.document.set("due", std::move(due));
  if (outcome.text.empty()) outcome.text = "No CRL is due.\n";
  return outcome;
}

// Whether the project's broker was told of the list at all. A configuration elsewhere is its owner's to look after.
bool broker_looks_away(const config::Project& project) {
  if (!project.broker.mutual) return false;  // asks nobody for a certificate
  const auto text = read_file(project.broker_folder() / "mosquitto.conf");
  if (!text) return false;
  for (const auto line : split(*text, '\n'))
    if (trimmed(line).starts_with("crlfile")) return false;
  return true;
}

Result<Outcome> crl(const Options& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_kept_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  if (options.check) return check(*project, *ledger, options, context);
  // From the number to the file: else the older of two lists could be published over the newer.
  const auto alone =
      FileLock::take(project->state_folder() / "crl.lock", "a revocation list", context.cancel, context.reporter);
  if (!alone) return alone.error();
  const auto cas = living_cas(*project, *ledger);
  if (!cas) return cas.error();
  auto lists = published_lists(*project);
  if (!lists) return std::move(lists).error();
  // Before a list is called forgotten: a restore took it over already, and asks what is to become of it.
  if (auto settled = ca::check_settled(*ledger); !settled) return std::move(settled).error();
  for (const auto& ca : *cas) {
    if (!ca.key_here || (!ca.signs_leaves && !options.roots)) continue;
    if (auto known = check_known(*project, ca.certificate, *ledger); !known) return std::move(known).error();
    if (auto all = check_nothing_forgotten(ca.certificate, *lists, *ledger); !all) return std::move(all).error();
  }
  for (const auto& file : options.add)
    if (auto taken = take_over(file, *cas, *lists, context); !taken) return std::move(taken).error();

  Keyring keyring(options.passphrase, context);
  const std::chrono::days validity(options.days.value_or(project->ca.crl_days));
  Outcome outcome;
  Json signed_lists = Json::array();
  for (const auto& ca : *cas) {
    if (!ca.signs_leaves && !options.roots) continue;
    if (!ca.key_here) continue;
    auto key = keyring.open(project->folder / "ca" / (ca.name + ".key"), "ca/" + ca.name + ".key");
    if (!key) return std::move(key).error();
    context.reporter.step("signing the CRL of " + ca.certificate.subject());
    const auto made =
        ca::publish_crl({ca.certificate, *std::move(key)}, validity, *ledger, context.clock, options.clock_was_ahead);
    if (!made) return made.error();
    replace(*lists, *made);
    signed_lists.push(facts(*made));
    outcome.text += "CRL " + std::to_string(made->number().value_or(0)) + " of " + made->issuer() + ": " +
                    counted(made->entries(), "certificate") + " revoked, next update before " +
                    rfc3339(*made->next_update()) + "\n";
  }
  if (signed_lists.size() == 0 && options.add.empty())
    return Error{Errc::key, "no CA's key is here that could sign a CRL",
                 "run it where ca/*.key are, or bring the list with --add FILE"};
  const auto files = write_lists(*project, *cas, *lists, context.clock.now());
  if (!files) return files.error();
  outcome.document.set("crls", std::move(signed_lists)).set("files", Json::array_of(*files));
  for (const auto& file : *files) outcome.text += "  written: " + file + "\n";
  Json warnings = Json::array();
  if (broker_looks_away(*project)) {
    constexpr auto said =
        "broker/mosquitto.conf names no crlfile, so that the broker does not look into the list: run ec200u-pki broker "
        "render, then restart the broker; a reload is not enough this once";
    context.reporter.warning(said);
    warnings.push(said);
  }
  outcome.document.set("warnings", std::move(warnings));
  outcome.text +=
      "Reload the broker (kill -HUP, or systemctl reload), and sign again well before the next update: once a\n"
      "week leaves room for a week that is missed. ec200u-pki crl --check tells when it is time.\n";
  return outcome;
}

}  // namespace cmd_crl

void add_crl(CommandLine& line) {
  using namespace cmd_crl;
  auto options = std::make_shared<Options>();
  auto command = line.add("crl", "Sign the lists of revoked certificates anew, for the broker");
  command
      .option("--days", options->days, "How far ahead the next update lies (default: ca.crl_days of the project file)",
              1, 3650)
      .flag("--roots", options->roots, "Also the lists of roots that have issuing CAs below them")
      .option("--add", options->add,
              "Files with lists that other stations, or the machine of the roots, signed with keys of their own")
      .flag("--clock-was-ahead", options->clock_was_ahead,
            "Follow a list that was signed while this machine's clock was ahead; now it is right")
      .flag("--check", options->check, "Sign nothing: exit 1 when a list is due, 0 when none is")
      .option("--within", options->within, "With --check: a list that ends within this time is due (default: 10d)");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki crl && systemctl reload mosquitto\n"
          "  ec200u-pki crl --check --within 10d || ec200u-pki crl --passphrase-file /run/secrets/ca")
      .run([options](Context& context) { return crl(*options, context); });
}

}  // namespace epki::cli
