#include <system_error>

#include "cli/ceremony/travel.hpp"
#include "cli/certs/find.hpp"
#include "cli/certs/revocation_lists.hpp"
#include "cli/ledger_place.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/release.hpp"
#include "pki/ca/subordinate.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/request.hpp"

namespace epki::cli {

namespace ca_import {

namespace fs = std::filesystem;

Result<ca::IssuingName> check(const ossl::Certificate& certificate, const std::string& file,
                              const config::Project& project, Instant now) {
  auto name = ca::read_issuing_name(project.ca.name, certificate.common_name());
  if (!name)
    return Error{
        Errc::input,
        file + " is for " + certificate.subject() + ", which is no issuing CA of project \"" + project.ca.name + "\"",
        "import what ec200u-pki ca sign wrote"};
  const auto root_file =
      name->purpose == ca::Purpose::server ? project.root_certificate() : project.device_root_certificate();
  const auto root = certificate_in(root_file);
  if (!root) return root.error();
  if (certificate.issuer_der() != root->subject_der() || !certificate.signed_by(*root))
    return Error{Errc::input, file + " was not signed by the root in " + root_file.string(),
                 "do not use it; have the request signed where this project's root is"};
  const auto profile = profile::built_in("issuing");
  if (!profile) return profile.error();
  if (auto fine = ca::refuse_what_lint_refuses(certificate, *profile, {*root}, now); !fine)
    return std::move(fine).error();
  return *std::move(name);
}

// The key that belongs to it: only its request is compared, so no passphrase is needed.
Status check_request(const ossl::Certificate& certificate, const fs::path& file) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return success();
  const auto text = read_file(file, 1U << 20U);
  if (!text) return text.error();
  const auto request = ossl::read_request(*text);
  if (!request) return Error(request.error()).in(file.string());
  if (request->key.matches(certificate)) return success();
  return Error{Errc::key, "the certificate is not for the key of " + file.string(),
               "another request was signed; carry the right one to the root"};
}

Status record(const ossl::Certificate& certificate, const std::string& stem, ledger::Ledger& ledger) {
  const auto known =
      ledger::Certificates(ledger).by_id({ossl::sha256_hex(certificate.issuer_der()), certificate.serial()});
  if (!known) return known.error();
  if (!*known) return ledger.record_issued({ca::ledger_row(certificate, "issuing", stem)});
  if ((*known)->revoked)
    return Error{Errc::input, certificate.subject() + " was revoked",
                 "have a new request signed: ec200u-pki ca request"};
  return success();
}

}  // namespace ca_import

Result<Outcome> import_ca(const CaImport& options, Context& context) {
  using namespace ca_import;
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  const auto certificate = certificate_in(options.file);
  if (!certificate) return certificate.error();
  const auto name = check(*certificate, options.file, *project, context.clock.now());
  if (!name) return name.error();
  const auto stem = name->stem();
  const auto medium = fs::absolute(options.file).lexically_normal().parent_path();
  const auto base = project->folder / "ca" / stem;
  const fs::path file = base.string() + ".pem";
  std::error_code ignored;
  const bool key_here = fs::exists(base.string() + ".key", ignored);
  if (key_here)
    if (auto same = check_request(*certificate, base.string() + ".csr"); !same) return std::move(same).error();
  const bool there = fs::exists(file, ignored);
  if (there) {
    const auto old = certificate_in(file);
    if (!old) return old.error();
    if (old->sha256() != certificate->sha256())
      return Error{Errc::input, file.string() + " holds another certificate (serial " + old->serial() + ")",
                   "give each issuing CA a --label of its own"};
  }
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  if (auto whole = check_ceremony_log(medium, *project, *ledger, context); !whole) return std::move(whole).error();
  if (auto recorded = record(*certificate, stem, *ledger); !recorded) return std::move(recorded).error();
  if (!there)
    if (auto written = write_new_file(file, certificate->pem(), 0644); !written) return std::move(written).error();
  const bool devices = name->purpose == ca::Purpose::client;
  if (devices)
    if (auto anchors = rewrite_client_anchors(*project, *ledger); !anchors) return std::move(anchors).error();
  const Json facts = Json::object({{"ca", stem},
                                   {"subject", certificate->subject()},
                                   {"serial", certificate->serial()},
                                   {"sha256", certificate->sha256()},
                                   {"key_here", key_here}});
  if (auto logged =
          log_ceremony("import", facts, options.people, medium, project->folder / "ca", nullptr, *ledger, context);
      !logged)
    return std::move(logged).error();
  Outcome outcome;
  outcome.document = facts;
  outcome.document.set("certificate", file.string());
  outcome.text = "Imported: " + certificate->subject() + " as ca/" + stem + ".pem\n";
  if (key_here)
    outcome.text += devices
                        ? "Client certificates come from it from now on.\n"
                        : "Server certificates come from it from now on; ec200u-pki renew server makes the broker's.\n";
  else
    outcome.text += "Its key is not here: another station signs with it.\n";
  if (devices)
    outcome.text +=
        "broker/certs/client-ca.pem holds it. Restart the broker: a reload does not read that file again.\n"
        "Then run  ec200u-pki crl  so that its revocation list is there where the broker asks for one.\n";
  return outcome;
}

}  // namespace epki::cli
