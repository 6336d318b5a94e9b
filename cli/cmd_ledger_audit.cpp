// ledger check, head, import-head, redact

#include <unistd.h>

#include <iostream>
#include <memory>

#include "cli/context.hpp"
#include "cli/ledger_commands.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/audit.hpp"

namespace epki::cli {

namespace cmd_ledger_audit {

struct CheckOptions {
  std::optional<std::string> head{}, key{}, signature{};
};

// A head with its detached signature and the key that made it.
struct Evidence {
  ledger::Head head;
  std::string signature, key;
};

Result<Evidence> evidence_of(const std::string& head_file, const std::optional<std::string>& signature_file,
                             const std::string& key_file) {
  auto text = read_file(head_file);
  if (!text) return std::move(text).error();
  auto head = ledger::Head::parse(*text);
  if (!head) return std::move(head).error().in(head_file);
  auto signature = read_file(signature_file.value_or(head_file + ".sig"));
  if (!signature) return std::move(signature).error();
  auto key = read_file(key_file);
  if (!key) return std::move(key).error();
  return Evidence{std::move(*head), std::move(*signature), std::move(*key)};
}

Result<Outcome> check(const CheckOptions& options, Context& context) {
  if (options.head.has_value() != options.key.has_value())
    return Error{Errc::usage, "--head and --key go together",
                 "give the signed head and the public key of whoever signed it"};
  std::optional<Evidence> evidence;
  if (options.head) {
    auto read = evidence_of(*options.head, options.signature, *options.key);
    if (!read) return std::move(read).error();
    evidence.emplace(std::move(*read));
  }
  auto book = ledger_to_read(context);
  if (!book) return std::move(book).error();
  const ledger::Progress progress = [&](std::int64_t done, std::int64_t total) -> Status {
    if (context.cancel.requested()) return interrupted();
    context.reporter.progress("checking events", static_cast<std::uint64_t>(done), static_cast<std::uint64_t>(total));
    return success();
  };
  ledger::Audit audit(*book);
  const auto found =
      evidence ? audit.check(evidence->head, evidence->signature, evidence->key, progress) : audit.check(progress);
  context.reporter.progress("checking events", 0, 0);
  if (!found) return found.error();
  Outcome outcome;
  outcome.document.set("events", found->events).set("last_hash", found->last_hash);
  outcome.text = "The ledger is whole: " + counted(static_cast<std::size_t>(found->events), "event") +
                 ", each follows from the one before.\nlast hash " + found->last_hash + "\n";
  if (evidence) {
    outcome.document.set("head", Json::object({{"event", evidence->head.event}, {"at", rfc3339(evidence->head.at)}}));
    outcome.text += "It holds the head that was signed at event " + std::to_string(evidence->head.event) + " on " +
                    rfc3339(evidence->head.at) + ".\n";
  } else {
    outcome.text += "Whether its end was cut off, only a signed head can show: see ec200u-pki ledger head --help\n";
  }
  return outcome;
}

struct HeadOptions {
  std::optional<std::string> out{};
};

Result<Outcome> head(const HeadOptions& options, Context& context) {
  auto book = ledger_to_read(context);
  if (!book) return std::move(book).error();
  const auto taken = ledger::Audit(*book).head();
  if (!taken) return taken.error();
  Outcome outcome;
  outcome.document.set("ledger", taken->ledger)
      .set("event", taken->event)
      .set("hash", taken->hash)
      .set("at", rfc3339(taken->at))
      .set("file", options.out);
  if (!options.out) {
    outcome.text = taken->text();
    return outcome;
  }
  if (auto written = write_new_file(*options.out, taken->text(), 0644); !written) return std::move(written).error();
  outcome.text = "The head at event " + std::to_string(taken->event) + " is in " + *options.out +
                 ".\nSign it where its key is kept, away from this station:\n"
                 "  openssl dgst -sha256 -sign AUDIT-KEY.pem -out " +
                 *options.out + ".sig " + *options.out +
                 "\nthen keep both, and here:\n  ec200u-pki ledger import-head " + *options.out +
                 " --key AUDIT-PUBLIC.pem\n";
  return outcome;
}

struct ImportOptions {
  std::string head{}, key{};
  std::optional<std::string> signature{};
};

Result<Outcome> import_head(const ImportOptions& options, Context& context) {
  auto evidence = evidence_of(options.head, options.signature, options.key);
  if (!evidence) return std::move(evidence).error();
  auto book = ledger_here(context);
  if (!book) return std::move(book).error();
  auto imported = ledger::Audit(*book).import_head(evidence->head, evidence->signature, evidence->key);
  if (!imported) return std::move(imported).error();
  Outcome outcome;
  outcome.document.set("event", evidence->head.event).set("hash", evidence->head.hash);
  outcome.text = "The signed head at event " + std::to_string(evidence->head.event) + " is stored.\n";
  return outcome;
}

struct RedactOptions {
  std::string name{};
  bool yes = false;
};

Result<Outcome> redact(const RedactOptions& options, Context& context) {
  if (!options.yes) {
    if (::isatty(STDIN_FILENO) != 1)
      return Error{Errc::usage, "taking a name out cannot be undone", "add --yes when you mean it"};
    std::cerr << "Take " << options.name << " out of the ledger for good? Type yes: " << std::flush;
    std::string line;
    if (!std::getline(std::cin, line) || trimmed(line) != "yes") return interrupted();
  }
  auto book = ledger_here(context);
  if (!book) return std::move(book).error();
  const auto there = ledger::Audit(*book).redact(options.name);
  if (!there) return there.error();
  if (!*there)
    return Error{Errc::input, "the ledger names nobody " + options.name,
                 "names must match exactly, as the ledger's events show them"};
  Outcome outcome;
  outcome.document.set("redacted", options.name);
  outcome.text = options.name +
                 " is taken out of the ledger; the chain is whole.\nBackups and exports made before still "
                 "hold the name.\n";
  return outcome;
}

}  // namespace cmd_ledger_audit

void add_ledger_audit(CommandLine& line) {
  using namespace cmd_ledger_audit;
  auto check_options = std::make_shared<CheckOptions>();
  line.add("ledger check", "Walk the hash chain: was any row changed, and with a signed head, was the end cut off")
      .option("--head", check_options->head, "A head that was signed away from this station")
      .option("--signature", check_options->signature, "Its detached signature (default: the head's file with .sig)")
      .option("--key", check_options->key, "PEM of the public key, or certificate, of whoever signed it")
      .examples(
          "  ec200u-pki ledger check\n"
          "  ec200u-pki ledger check --head 2026-11-22.head --key audit.pem")
      .run([check_options](Context& context) { return check(*check_options, context); });

  auto head_options = std::make_shared<HeadOptions>();
  line.add("ledger head", "Write down where the chain ends now, to be signed by a key outside this station, once a day")
      .option("--out", head_options->out, "The file, which must not exist yet (default: standard output)")
      .examples(
          "  ec200u-pki ledger head --out 2026-11-22.head\n"
          "  openssl dgst -sha256 -sign audit.key -out 2026-11-22.head.sig 2026-11-22.head   # elsewhere\n"
          "  ec200u-pki ledger import-head 2026-11-22.head --key audit.pem")
      .run([head_options](Context& context) { return head(*head_options, context); });

  auto import_options = std::make_shared<ImportOptions>();
  line.add("ledger import-head", "Verify a signed head against the ledger and store it there")
      .option("head", import_options->head, "The file that ledger head wrote")
      .required()
      .option("--signature", import_options->signature, "Its detached signature (default: the same file with .sig)")
      .option("--key", import_options->key, "PEM of the public key, or certificate, of whoever signed it")
      .required()
      .examples("  ec200u-pki ledger import-head 2026-11-22.head --key audit.pem")
      .run([import_options](Context& context) { return import_head(*import_options, context); });

  auto redact_options = std::make_shared<RedactOptions>();
  line.add("ledger redact", "Take a person's name out of the ledger for good; the chain stays whole")
      .option("name", redact_options->name, "The name, exactly as the events show it")
      .required()
      .flag("--yes", redact_options->yes, "Do not ask")
      .examples("  ec200u-pki ledger redact 'Kim Doe'")
      .run([redact_options](Context& context) { return redact(*redact_options, context); });
}

}  // namespace epki::cli
