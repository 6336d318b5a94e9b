#include <memory>

#include "cli/certs/due.hpp"
#include "cli/certs/renewing.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_commands.hpp"
#include "cli/ledger_place.hpp"
#include "core/exit_code.hpp"
#include "core/text.hpp"

namespace epki::cli {

namespace cmd_renew {

struct Options {
  bool check = false;
  std::string within = "30d";
};

Result<Outcome> check(const Options& options, Context& context) {
  if (!options.check)
    return Error{Errc::usage, "renew needs one more word, or --check",
                 "renew server, renew client NAME, or renew --check --within 30d"};
  const auto within = parse_span("--within", options.within);
  if (!within) return within.error();
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_kept_ledger_to_read(*project, context);
  if (!ledger) return std::move(ledger).error();
  const auto due = find_due(*project, *ledger, *within, context.clock, context.cancel);
  if (!due) return due.error();
  Outcome outcome;
  Json rows = Json::array();
  constexpr std::size_t shown = 20;
  for (std::size_t i = 0; i < due->size(); ++i) {
    const auto& one = (*due)[i];
    rows.push(Json::object({{"kind", one.kind},
                            {"name", one.name},
                            {"serial", one.serial.empty() ? Json() : Json(one.serial)},
                            {"not_after", one.serial.empty() ? Json() : Json(rfc3339(one.ends))},
                            {"what", one.what}}));
    if (i < shown) outcome.text += one.what + "\n";
  }
  if (due->size() > shown) outcome.text += "and " + std::to_string(due->size() - shown) + " more (--json lists all)\n";
  if (due->empty()) outcome.text = "Nothing is due within " + options.within + ".\n";
  outcome.document.set("due", std::move(rows)).set("count", due->size());
  outcome.exit = due->empty() ? exit_code::done : exit_code::no;
  return outcome;
}

Json facts(const Renewed& one) {
  return Json::object({{"name", one.name},
                       {"serial", one.serial},
                       {"sha256", one.sha256},
                       {"not_after", rfc3339(one.not_after)},
                       {"supersedes", one.supersedes.empty() ? Json() : Json(one.supersedes)},
                       {"certificate", one.certificate.string()},
                       {"key", one.key.string()}});
}

Result<Outcome> server(const RenewOptions& options, Context& context) {
  const auto renewed = renew_server(options, context);
  if (!renewed) return renewed.error();
  Outcome outcome;
  outcome.document.set("renewed", Json::array().push(facts(*renewed)));
  outcome.text = "The broker's certificate is renewed until " + rfc3339(renewed->not_after).substr(0, 10) +
                 ", serial " + renewed->serial + (options.keep_key ? ", under the same key" : ", under a new key") +
                 ".\n  " + renewed->certificate.string() +
                 "\nReload the broker (kill -HUP, or systemctl reload): it reads both files again.\n";
  return outcome;
}

Result<Outcome> client(const std::vector<std::string>& names, const RenewOptions& options, Context& context) {
  const auto renewed = renew_clients(names, options, context);
  if (!renewed) return renewed.error();
  Outcome outcome;
  Json rows = Json::array();
  for (const auto& one : *renewed) {
    rows.push(facts(one));
    outcome.text += one.name + " is renewed until " + rfc3339(one.not_after).substr(0, 10) + ", serial " + one.serial +
                    ": " + one.certificate.string() + "\n";
  }
  outcome.document.set("renewed", std::move(rows));
  outcome.text += options.revoke ? "The old certificates are revoked: run ec200u-pki crl, then reload the broker.\n"
                                 : "The old certificates hold until they end, so that a device can change over.\n";
  return outcome;
}

void add_common(Command& command, RenewOptions& options) {
  command
      .choice("--key", options.key, "Key type of the new key (default: ca.key of the project file)",
              {"rsa-2048", "rsa-3072", "rsa-4096", "ec-p256", "ec-p384"})
      .flag("--keep-key", options.keep_key, "A new certificate for the key that is there")
      .option("--days", options.days, "Lifetime (default: from the project file)", 1, 36500);
  add_passphrase_options(command, options.passphrase);
}

}  // namespace cmd_renew

void add_renew(CommandLine& line) {
  using namespace cmd_renew;
  auto options = std::make_shared<Options>();
  line.add("renew", "Renew certificates, or tell what is due")
      .flag("--check", options->check, "Renew nothing: exit 1 when something is due, 0 when nothing is")
      .option("--within", options->within, "With --check: what ends within this time is due (default: 30d)")
      .examples(
          "  ec200u-pki renew --check --within 30d\n"
          "  ec200u-pki renew server && systemctl reload mosquitto\n"
          "  ec200u-pki renew client 861234567890123")
      .run([options](Context& context) { return check(*options, context); });

  auto for_server = std::make_shared<RenewOptions>();
  auto server_command = line.add("renew server", "Renew the broker's certificate in broker/certs");
  add_common(server_command, *for_server);
  server_command
      .examples(
          "  ec200u-pki renew server && systemctl reload mosquitto\n"
          "The names come from [broker] of the project file.")
      .run([for_server](Context& context) { return server(*for_server, context); });

  auto for_clients = std::make_shared<RenewOptions>();
  auto names = std::make_shared<std::vector<std::string>>();
  auto client_command = line.add("renew client", "Renew devices' certificates");
  client_command.option("NAME", *names, "Names of devices").required();
  add_common(client_command, *for_clients);
  client_command.option("--out", for_clients->out, "The folder that holds a folder for each device (default: certs)")
      .flag("--revoke", for_clients->revoke, "Revoke the old certificate: the device that holds it is locked out")
      .examples(
          "  ec200u-pki renew client 861234567890123\n"
          "The old files stay beside the new ones, under their serial.")
      .run([names, for_clients](Context& context) { return client(*names, *for_clients, context); });
}

}  // namespace epki::cli
