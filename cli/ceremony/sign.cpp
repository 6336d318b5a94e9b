#include <cctype>
#include <system_error>

#include "cli/ceremony/travel.hpp"
#include "cli/certs/find.hpp"
#include "cli/keyring.hpp"
#include "cli/ledger_place.hpp"
#include "cli/server_profile.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/release.hpp"
#include "pki/ca/requested.hpp"
#include "pki/ca/subordinate.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace ca_sign {

namespace fs = std::filesystem;

/// What came on the medium, understood.
struct Asked {
  ossl::Request request;
  ca::IssuingName name;
  std::string fingerprint;
};

Status compare(const std::string& fingerprint, const std::string& expected) {
  std::string digits;
  for (const char c : lower(expected))
    if (std::isxdigit(static_cast<unsigned char>(c)) != 0) digits += c;
  if (digits.size() >= 16 && fingerprint.starts_with(digits)) return success();
  return Error{Errc::input, "the request's SHA-256 is " + fingerprint + ", not " + visible(expected),
               digits.size() < 16 ? "give at least its first 16 digits"
                                  : "this is another request than the one that was made: do not sign it"};
}

Result<Asked> read(const CaSigning& options, const config::Project& project) {
  const auto text = read_file(options.file, 1U << 20U);
  if (!text) return text.error();
  auto request = ossl::read_request(*text);
  if (!request) return std::move(request).error().in(options.file);
  const auto fingerprint = ossl::sha256_hex(as_bytes(*text));
  if (options.expect)
    if (auto same = compare(fingerprint, *options.expect); !same) return std::move(same).error();
  const auto cn = request->common_names.size() == 1 ? request->common_names.front() : std::string();
  auto name = ca::read_issuing_name(project.ca.name, cn);
  if (!name)
    return Error{Errc::input,
                 options.file + " asks for \"" + visible(request->subject) +
                     "\", which is no issuing CA of project \"" + project.ca.name + "\"",
                 "make the request with ec200u-pki ca request, in a project of the same name"};
  return Asked{*std::move(request), *std::move(name), fingerprint};
}

// What the same request got before.
Result<std::optional<ossl::Certificate>> signed_before(const Asked& asked, const config::Project& project,
                                                       ledger::Ledger& ledger) {
  const auto rows = ledger::Certificates(ledger).list({.kind = "issuing"});
  if (!rows) return rows.error();
  for (const auto& row : *rows) {
    if (row.revoked) continue;
    auto certificate = ossl::Certificate::from_pem(row.certificate.pem);
    if (!certificate) return std::move(certificate).error();
    if (!asked.request.key.matches(*certificate)) continue;
    const auto name = ca::read_issuing_name(project.ca.name, certificate->common_name());
    if (name && name->stem() == asked.name.stem()) return std::optional(*std::move(certificate));
    return Error{Errc::input, "the request's key is the key of " + certificate->subject() + " already",
                 "each CA needs a key of its own: have another one made"};
  }
  return std::optional<ossl::Certificate>();
}

Result<ca::Identity> open_root(const CaSigning& options, const Asked& asked, const config::Project& project,
                               Context& context) {
  const bool server = asked.name.purpose == ca::Purpose::server;
  const auto root_file = server ? project.root_certificate() : project.device_root_certificate();
  const auto key_file = server ? project.root_key() : project.device_root_key();
  const auto root = certificate_in(root_file);
  if (!root) return root.error();
  Keyring keyring(options.passphrase, context);
  auto key = keyring.open(key_file, key_file.lexically_relative(project.folder).string());
  if (!key) return std::move(key).error();
  if (!key->matches(*root))
    return Error{Errc::key, key_file.string() + " is not the key of " + root_file.string(),
                 "check that the two files belong together"};
  return ca::Identity{*root, *std::move(key)};
}

Result<ossl::Certificate> sign(const CaSigning& options, const Asked& asked, const config::Project& project,
                               const ca::Identity& root, ledger::Ledger& ledger, Context& context) {
  const auto profile = ca_profile(project, "issuing", asked.name.purpose);
  if (!profile) return profile.error();
  const std::chrono::days lifetime(options.days.value_or(project.ca.issuing_days));
  auto made = ca::sign_issuing(*profile, project.ca.name, asked.name.purpose, asked.name.label, asked.request.key,
                               lifetime, root, {context.clock, context.random});
  if (!made) return made;
  if (auto fine = ca::refuse_what_lint_refuses(*made, *profile, {root.certificate}, context.clock.now()); !fine)
    return std::move(fine).error();
  if (context.cancel.requested()) return interrupted();
  const auto row = ca::ledger_row(*made, "issuing", asked.name.stem());
  if (auto recorded = ledger.record_issued({row}); !recorded) return std::move(recorded).error();
  return made;
}

}  // namespace ca_sign

Result<Outcome> sign_ca(const CaSigning& options, Context& context) {
  using namespace ca_sign;
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  const auto asked = read(options, *project);
  if (!asked) return asked.error();
  const auto request_file = fs::absolute(options.file).lexically_normal();
  const auto medium = request_file.parent_path();
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  if (auto whole = check_ceremony_log(medium, *project, *ledger, context); !whole) return std::move(whole).error();
  context.reporter.step("the request's SHA-256 is " + asked->fingerprint + ", for " + asked->request.subject);

  const fs::path file =
      options.out ? fs::absolute(*options.out).lexically_normal() : medium / (asked->name.stem() + ".pem");
  for (const auto& place : {file, medium / ceremony_log_name})
    if (auto room = try_room_on_medium(place); !room) return std::move(room).error();
  auto before = signed_before(*asked, *project, *ledger);
  if (!before) return std::move(before).error();
  // Also where nothing is left to sign: the root's key signs the line in the log.
  const auto root = open_root(options, *asked, *project, context);
  if (!root) return root.error();
  auto made = *before ? Result<ossl::Certificate>(**std::move(before))
                      : sign(options, *asked, *project, *root, *ledger, context);
  if (!made) return std::move(made).error();
  std::error_code ignored;
  if (!fs::exists(file, ignored)) {
    if (auto written = publish_new_file(file, made->pem(), 0644); !written) return std::move(written).error();
  } else if (const auto there = certificate_in(file); !there || there->sha256() != made->sha256()) {
    return Error{Errc::disk, file.string() + " exists and holds something else", "name another file with --out"};
  }
  const Json facts = Json::object({{"ca", asked->name.stem()},
                                   {"subject", made->subject()},
                                   {"serial", made->serial()},
                                   {"sha256", made->sha256()},
                                   {"not_after", rfc3339(made->not_after())},
                                   {"request_sha256", asked->fingerprint}});
  if (auto logged =
          log_ceremony("sign", facts, options.people, medium, project->folder / "ca", &root->key, *ledger, context);
      !logged)
    return std::move(logged).error();
  Outcome outcome;
  outcome.document = facts;
  outcome.document.set("certificate", file.string());
  outcome.text = "Signed: " + made->subject() + ", pathlen 0, serial " + made->serial() + ", until " +
                 rfc3339(made->not_after()).substr(0, 10) + "\n  " + file.string() + "\n  SHA-256: " + made->sha256() +
                 "\nNext: carry the medium back and run  ec200u-pki ca import " + file.filename().string() + "\n";
  return outcome;
}

}  // namespace epki::cli
