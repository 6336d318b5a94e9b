
#include <memory>
#include <system_error>

#include "cli/certs/find.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/commands.hpp"
#include "cli/issue/output.hpp"
#include "cli/keyring.hpp"
#include "cli/ledger_place.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ossl/pkcs12.hpp"

namespace epki::cli {

namespace cmd_export {

namespace fs = std::filesystem;

struct Options {
  std::string what{};
  std::optional<std::string> format{}, out{}, key{};
  bool chain = false;
  PassphraseOptions passphrase{};
};

/// What is written, and whether it holds a key.
struct Content {
  Secret bytes;
  bool secret = false;
  bool text = true;
};

// A file as it is, or the newest of the ledger that still holds.
Result<ossl::Certificate> wanted(const Options& options, ledger::Ledger& ledger) {
  std::error_code ignored;
  if (options.what.find('/') != std::string::npos || fs::is_regular_file(options.what, ignored))
    return certificate_in(options.what);
  const auto found = find_certificates(options.what, ledger);
  if (!found) return found.error();
  const auto* best = &found->front();
  for (const auto& one : *found)
    if (one.status == ledger::CertificateStatus::valid) {
      best = &one;
      break;
    }
  return ossl::Certificate::from_pem(best->certificate.pem);
}

// The CAs above it, as far as they are in ca/, the root last.
Result<ossl::Chain> chain_above(const ossl::Certificate& certificate, const config::Project& project) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  ossl::Chain chain;
  const ossl::Certificate* at = &certificate;
  for (bool found = true; found && !at->self_issued();) {
    found = false;
    for (const auto& ca : *cas)
      if (at->issuer_der() == ca.certificate.subject_der() && at->signed_by(ca.certificate)) {
        chain.push_back(ca.certificate);
        found = true;
        break;
      }
    if (found) at = &chain.back();
  }
  return chain;
}

Result<ossl::PrivateKey> its_key(const Options& options, const ossl::Certificate& certificate,
                                 const config::Project& project, Keyring& keyring) {
  const auto stem = file_stem(certificate.common_name());
  const fs::path file = options.key ? fs::path(*options.key) : project.folder / "certs" / stem / (stem + ".key");
  std::error_code ignored;
  if (!options.key && !fs::exists(file, ignored))
    return Error{Errc::key, "the key of " + certificate.subject() + " is not in " + file.string(),
                 "name its file with --key; device keys are kept nowhere else"};
  auto key = keyring.open(file, file.string());
  if (key && !key->matches(certificate))
    return Error{Errc::key,
                 file.string() + " is not the key of " + certificate.subject() + ", serial " + certificate.serial(),
                 "name the right file with --key"};
  return key;
}

Result<Content> content_of(const Options& options, const config::Project& project, ledger::Ledger& ledger,
                           Context& context) {
  const auto certificate = wanted(options, ledger);
  if (!certificate) return certificate.error();
  auto above = chain_above(*certificate, project);
  if (!above) return std::move(above).error();
  const auto format = options.format.value_or("pem");
  if (format == "der") return Content{Secret(as_text(certificate->der())), false, false};
  if (!above->empty() && format != "pkcs12") above->pop_back();  // peers hold the root already
  std::string text = certificate->pem();
  if (options.chain || format == "bundle")
    for (const auto& one : *above) text += one.pem();
  if (format == "pem") return Content{Secret(text), false, true};
  Keyring keyring(options.passphrase, context);
  auto key = its_key(options, *certificate, project, keyring);
  if (!key) return std::move(key).error();
  if (format == "bundle") {
    const auto pem = key->to_pem();
    if (!pem) return pem.error();
    Secret both(pem->size() + text.size());
    auto* at = std::copy(pem->view().begin(), pem->view().end(), reinterpret_cast<char*>(both.bytes().data()));
    std::copy(text.begin(), text.end(), at);
    return Content{std::move(both), true, true};
  }
  const auto passphrase = new_passphrase(options.passphrase, {.what = "the pkcs12 file"}, context);
  if (!passphrase) return passphrase.error();
  auto store = ossl::pkcs12(*certificate, *key, *above, certificate->common_name(), *passphrase);
  if (!store) return std::move(store).error();
  return Content{*std::move(store), true, false};
}

Result<Outcome> export_one(const Options& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_ledger_to_read(*project, context);
  if (!ledger) return std::move(ledger).error();
  auto content = content_of(options, *project, *ledger, context);
  if (!content) return std::move(content).error();
  Outcome outcome;
  if (!options.out) {
    if (content->secret || !content->text || context.globals.json)
      return Error{Errc::usage, "this goes into a file, not onto the screen", "give --out FILE"};
    outcome.text = content->bytes.view();
    return outcome;
  }
  const auto file = fs::absolute(*options.out).lexically_normal();
  if (auto written = write_new_file(file, content->bytes.view(), content->secret ? 0600 : 0644); !written)
    return std::move(written).error();
  outcome.text = "Written: " + file.string() + (content->secret ? ", mode 0600: it holds the private key\n" : "\n");
  outcome.document.set("file", file.string()).set("format", options.format.value_or("pem"));
  return outcome;
}

}  // namespace cmd_export

void add_export(CommandLine& line) {
  using namespace cmd_export;
  auto options = std::make_shared<Options>();
  auto command = line.add("export", "Write one certificate, with its key if you like, in the form others want");
  command.option("WHAT", options->what, "A serial, a name, an IMEI, or a certificate file")
      .required()
      .choice("--format", options->format,
              "pem or der: the certificate; bundle: key, certificate and issuing CAs in one PEM file; pkcs12: the same "
              "and the root under a passphrase (default: pem)",
              {"pem", "der", "bundle", "pkcs12"})
      .flag("--chain", options->chain, "With pem: the issuing CAs behind it")
      .option("--key", options->key, "The file of its private key (default: certs/NAME/NAME.key)")
      .option("--out", options->out, "The file to write; it must not exist");
  add_passphrase_options(command, options->passphrase);
  command
      .examples(
          "  ec200u-pki export 861234567890123 --format pkcs12 --out device.p12\n"
          "  ec200u-pki export ca/root.pem --format der --out root.der\n"
          "The passphrase of a pkcs12 file comes the way a CA's does.")
      .run([options](Context& context) { return export_one(*options, context); });
}

}  // namespace epki::cli
