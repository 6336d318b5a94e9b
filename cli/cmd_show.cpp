#include <memory>

#include "cli/certs/find.hpp"
#include "cli/commands.hpp"
#include "cli/ledger_commands.hpp"
#include "core/text.hpp"
#include "ledger/export.hpp"

namespace epki::cli {

namespace cmd_show {

struct Options {
  std::vector<std::string> words{};
  bool pem = false;
};

std::string joined(const std::vector<std::string>& words) {
  std::string all;
  for (const auto& one : words) all += (all.empty() ? "" : ", ") + one;
  return all;
}

std::string told(const ledger::CertificateRecord& record, bool with_pem) {
  const auto& c = record.certificate;
  std::string text;
  const auto row = [&](std::string_view name, const std::string& value) {
    if (!value.empty()) text += std::string(name) + std::string(14 - name.size(), ' ') + value + "\n";
  };
  row("name", c.name);
  row("status", std::string(word(record.status)) + (record.revoked ? " since " + rfc3339(record.revoked->at) + ", " +
                                                                         std::string(word(record.revoked->reason))
                                                                   : ""));
  row("serial", c.serial);
  if (record.status == ledger::CertificateStatus::unsettled) return text;
  row("kind", c.kind);
  row("subject", c.subject);
  if (const auto read = ossl::Certificate::from_pem(c.pem)) {
    row("issuer", read->issuer());
    row("key", read->key());
    row("names", joined(read->dns_names()));
    row("addresses", joined(read->ip_addresses()));
  }
  row("not before", rfc3339(c.not_before));
  row("not after", rfc3339(c.not_after));
  row("sha256", c.sha256);
  row("imei", c.imei);
  row("batch", c.batch);
  if (record.renewed_by) row("renewed by", "serial " + record.renewed_by->serial);
  if (with_pem) text += c.pem;
  return text;
}

Result<Outcome> show(const Options& options, Context& context) {
  auto ledger = ledger_to_read(context);
  if (!ledger) return std::move(ledger).error();
  Outcome outcome;
  Json rows = Json::array();
  for (const auto& wanted : options.words) {
    const auto found = find_certificates(wanted, *ledger);
    if (!found) return found.error();
    for (const auto& one : *found) {
      Json row = ledger::json_of(one, options.pem);
      if (const auto read = ossl::Certificate::from_pem(one.certificate.pem))
        row.set("key_type", read->key())
            .set("dns", Json::array_of(read->dns_names()))
            .set("ip", Json::array_of(read->ip_addresses()));
      rows.push(std::move(row));
      outcome.text += (outcome.text.empty() ? "" : "\n") + told(one, options.pem);
    }
  }
  outcome.document.set("certificates", std::move(rows));
  return outcome;
}

}  // namespace cmd_show

void add_show(CommandLine& line) {
  using namespace cmd_show;
  auto options = std::make_shared<Options>();
  auto command = line.add("show", "Show what the ledger knows of a certificate");
  command.option("WHAT", options->words, "A serial, a name, an IMEI, a SHA-256 or a certificate file")
      .required()
      .flag("--pem", options->pem, "Also the certificate itself")
      .examples(
          "  ec200u-pki show 861234567890123\n"
          "  ec200u-pki show broker/certs/server.pem")
      .run([options](Context& context) { return show(*options, context); });
}

}  // namespace epki::cli
