#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <memory>

#include "cli/certs/find.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_commands.hpp"
#include "cli/ledger_place.hpp"
#include "core/file.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_revoke {

struct Options {
  std::vector<std::string> words{};
  std::optional<std::string> reason{};
};

using Records = std::vector<ledger::CertificateRecord>;

// A root is its own authority: no list it signs can take it back.
Status refuse_roots(const Records& found, const std::string& wanted) {
  for (const auto& one : found)
    if (one.certificate.kind.ends_with("root"))
      return Error{
          Errc::usage,
          "\"" + visible(wanted) + "\" means a root (" + one.certificate.subject + "), and nobody can revoke a root",
          "give a serial where a name means several certificates; docs/workflows/root-roll-over.md tells how "
          "a root is replaced"};
  return success();
}

Result<Records> to_be_revoked(const std::string& wanted, ledger::Ledger& ledger) {
  auto found = find_certificates(wanted, ledger);
  if (!found) return found;
  if (auto fine = refuse_roots(*found, wanted); !fine) return std::move(fine).error();
  const bool several_kinds = std::any_of(found->begin(), found->end(), [&](const auto& one) {
    return one.certificate.kind != found->front().certificate.kind;
  });
  if (several_kinds) {
    std::string all;
    for (const auto& one : *found) all += "\n  " + described(one);
    return Error{Errc::usage, "\"" + visible(wanted) + "\" means certificates of several kinds:" + all,
                 "give the serial"};
  }
  return found;
}

Json entry(const ledger::CertificateRecord& one, std::string_view reason) {
  return Json::object({{"name", one.certificate.name},
                       {"kind", one.certificate.kind},
                       {"serial", one.certificate.serial},
                       {"reason", reason},
                       {"already_revoked", one.revoked.has_value()}});
}

// So that nothing can be signed with it any more, by whatever program: the key stays, under a name that no command
// opens.
Result<std::vector<std::string>> put_keys_away(const config::Project& project,
                                               const std::vector<std::string>& revoked) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  std::vector<std::string> moved;
  for (const auto& ca : *cas) {
    if (!ca.key_here || std::find(revoked.begin(), revoked.end(), ca.certificate.sha256()) == revoked.end()) continue;
    const auto key = project.folder / "ca" / (ca.name + ".key");
    if (::rename(key.c_str(), (key.string() + ".revoked").c_str()) != 0) return disk_error("putting away", key, errno);
    moved.push_back("ca/" + ca.name + ".key");
  }
  return moved;
}

Result<Outcome> revoke(const Options& options, Context& context) {
  const auto reason = ledger::parse_reason(options.reason.value_or("unspecified"));
  if (!reason) {
    std::string words;
    for (const auto& one : ledger::reason_words()) words += (words.empty() ? "" : ", ") + one;
    return Error{Errc::usage, "--reason " + *options.reason + " is no reason of RFC 5280", "use one of: " + words};
  }
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  std::vector<ledger::Revocation> revocations;
  Outcome outcome;
  Json rows = Json::array();
  std::vector<std::string> issuing;
  bool server = false, device = false;
  for (const auto& wanted : options.words) {
    const auto found = to_be_revoked(wanted, *ledger);
    if (!found) return found.error();
    for (const auto& one : *found) {
      // What has ended by itself needs no place in a list. A renewed one does: it still opens the door.
      if (one.status == ledger::CertificateStatus::expired) continue;
      rows.push(entry(one, word(one.revoked ? one.revoked->reason : *reason)));
      outcome.text += (one.revoked ? "Was revoked before: " : "Revoked: ") + one.certificate.name + ", serial " +
                      one.certificate.serial + "\n";
      if (one.certificate.kind == "issuing") issuing.push_back(one.certificate.sha256);
      server = server || one.certificate.kind == "server";
      device = device || one.certificate.kind == "device";
      if (!one.revoked)
        revocations.push_back({{one.certificate.issuer, one.certificate.serial}, context.clock.now(), *reason});
    }
  }
  if (rows.size() == 0)
    return Error{Errc::input, "nothing to revoke: every certificate of that name has expired already",
                 "ec200u-pki show lists them"};
  if (!revocations.empty())
    if (auto done = ledger::Certificates(*ledger).revoke(revocations); !done) return std::move(done).error();
  outcome.document.set("revoked", std::move(rows)).set("count", revocations.size());
  if (!issuing.empty()) {
    const auto keys = put_keys_away(*project, issuing);
    if (!keys) return keys.error();
    for (const auto& key : *keys)
      outcome.text += key + " is now " + key + ".revoked: nothing signs with it any more.\n";
    auto anchors = rewrite_client_anchors(*project, *ledger);
    if (!anchors) return std::move(anchors).error();
    if (*anchors)
      outcome.text +=
          "broker/certs/client-ca.pem no longer holds it. Restart the broker: a reload does not read that file "
          "again.\n";
  }
  if (device)
    outcome.text +=
        "No broker knows of it yet: run ec200u-pki crl, then reload the broker (kill -HUP, or systemctl reload).\n";
  if (server)
    outcome.text +=
        "The modem knows no revocation lists: a stolen server key is out of the world only when the certificate ends "
        "or "
        "the devices trust another CA (docs/workflows/broker-key-stolen.md).\n";
  return outcome;
}

}  // namespace cmd_revoke

void add_revoke(CommandLine& line) {
  using namespace cmd_revoke;
  auto options = std::make_shared<Options>();
  auto command = line.add("revoke", "Revoke certificates; the next crl tells the broker");
  command
      .option("WHAT", options->words,
              "A serial, a name, an IMEI or a certificate file; a name means all its certificates that have not ended")
      .required()
      .option("--reason", options->reason,
              "keyCompromise, superseded, cessationOfOperation, privilegeWithdrawn … (RFC 5280, 5.3.1)")
      .examples(
          "  ec200u-pki revoke 861234567890123 --reason keyCompromise\n"
          "  ec200u-pki revoke 0689111dfd68688d3d1d8807db9b0436 && ec200u-pki crl")
      .run([options](Context& context) { return revoke(*options, context); });
}

}  // namespace epki::cli
