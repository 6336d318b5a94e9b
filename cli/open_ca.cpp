#include "cli/open_ca.hpp"

#include <optional>
#include <system_error>
#include <utility>

#include "core/file.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

Result<ossl::Certificate> read_certificate(const fs::path& file) {
  auto pem = read_file(file);
  if (!pem) return std::move(pem).error();
  auto certificate = ossl::Certificate::from_pem(*pem);
  if (!certificate) return std::move(certificate).error().in(file.string());
  return certificate;
}

// Of several issuing CAs the one made last signs, if its key is here and it has not ended.
Result<fs::path> newest_issuing(const config::Project& project, bool devices, Instant now) {
  const auto first = devices ? project.issuing_device_certificate() : project.issuing_server_certificate();
  const auto stem = first.stem().string();
  std::optional<std::pair<Instant, fs::path>> newest;
  bool any = false, key = false;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(first.parent_path(), failed)) {
    const auto file = entry.path();
    if (file.extension() != ".pem" || (file.stem() != stem && !file.stem().string().starts_with(stem + "-"))) continue;
    any = true;
    std::error_code ignored;
    if (!fs::exists(fs::path(file).replace_extension(".key"), ignored)) continue;
    key = true;
    const auto certificate = read_certificate(file);
    if (!certificate) return certificate.error();
    if (certificate->not_after() <= now) continue;
    if (!newest || std::pair(certificate->not_before(), file) > *newest) newest = {certificate->not_before(), file};
  }
  if (failed) return disk_error("reading", first.parent_path(), failed.value());
  if (newest) return newest->second;
  const std::string what = devices ? "client certificates" : "server certificates";
  const std::string hint = std::string("ec200u-pki ca request --for ") + (devices ? "client" : "server") +
                           " begins a new one; the root's key signs it wherever that is";
  if (!any) return Error{Errc::input, "the issuing CA for " + what + ", " + first.string() + ", is missing", hint};
  if (!key)
    return Error{Errc::key, "the key of no issuing CA for " + what + " is in ca/", "work where it is; or: " + hint};
  return Error{Errc::input, "the issuing CA for " + what + " has ended", hint};
}

}  // namespace

Status check_known(const config::Project& project, const ossl::Certificate& ca, ledger::Ledger& ledger) {
  ledger::Certificates certificates(ledger);
  const auto known = certificates.by_id({ossl::sha256_hex(ca.issuer_der()), ca.serial()});
  if (!known) return known.error();
  if (*known) return success();
  if (!project.ledger.url.empty()) {
    const auto any = certificates.list({.limit = 1});
    if (!any) return any.error();
    if (any->empty()) return success();
  }
  return Error{Errc::ledger,
               "the ledger does not know " + ca.subject() +
                   ", which is to sign: it was lost, or is another project's, and what was revoked is not in it",
               "put the ledger back ([ledger] of the project file names it), or restore a backup: ec200u-pki restore"};
}

Result<ossl::PrivateKey> open_key(const fs::path& file, std::string_view what, const PassphraseOptions& options,
                                  Context& context) {
  return Keyring(options, context).open(file, what);
}

Result<OpenCa> open_ca(const config::Project& project, ca::Purpose purpose, const PassphraseOptions& options,
                       Context& context) {
  Keyring keyring(options, context);
  return open_ca(project, purpose, keyring);
}

Result<OpenCa> open_ca(const config::Project& project, ca::Purpose purpose, Keyring& keyring) {
  const bool devices = purpose == ca::Purpose::client;
  const auto root_file = devices ? project.device_root_certificate() : project.root_certificate();
  std::error_code failed;
  if (devices && !fs::exists(root_file, failed))
    return Error{Errc::input, "this project has no root for device certificates: " + root_file.string() + " is missing",
                 "ec200u-pki issue client makes one; device certificates never come from the broker's root"};
  auto root = read_certificate(root_file);
  if (!root) return std::move(root).error();
  auto certificate_file = root_file;
  auto key_file = devices ? project.device_root_key() : project.root_key();
  if (project.ca.issuing) {
    auto newest = newest_issuing(project, devices, keyring.context().clock.now());
    if (!newest) return std::move(newest).error();
    certificate_file = *std::move(newest);
    key_file = fs::path(certificate_file).replace_extension(".key");
  }
  auto certificate = read_certificate(certificate_file);
  if (!certificate) return std::move(certificate).error();
  auto key = keyring.open(key_file, key_file.lexically_relative(project.folder).string());
  if (!key) return std::move(key).error();
  if (!key->matches(*certificate))
    return Error{Errc::key, key_file.string() + " is not the key of " + certificate_file.string(),
                 "check that the two files belong together"};
  ossl::Chain chain;
  if (project.ca.issuing) chain.push_back(*certificate);
  return OpenCa{{*std::move(certificate), *std::move(key)}, std::move(chain), *std::move(root)};
}

}  // namespace epki::cli
