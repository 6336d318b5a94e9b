#include <cerrno>
#include <system_error>

#include "cli/ceremony/travel.hpp"
#include "cli/hierarchy.hpp"
#include "cli/keyring.hpp"
#include "cli/ledger_place.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ca/subordinate.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace ca_request {

namespace fs = std::filesystem;

// A new issuing CA never takes the name of an old one: what both signed could not be told apart by a CRL.
Result<ca::IssuingName> free_name(const CaRequest& options, const config::Project& project) {
  ca::IssuingName name{options.purpose == "server" ? ca::Purpose::server : ca::Purpose::client,
                       options.label.value_or("")};
  const auto taken = [&](const ca::IssuingName& one) {
    std::error_code ignored;
    const auto base = project.folder / "ca" / one.stem();
    return fs::exists(base.string() + ".pem", ignored) || fs::exists(base.string() + ".key", ignored);
  };
  if (options.label) {
    if (auto fine = ca::check_label(*options.label); !fine) return std::move(fine).error();
    if (taken(name))
      return Error{Errc::input, "ca/" + name.stem() + " exists already",
                   "choose another --label: two CAs of one name cannot be told apart by a revocation list"};
    return name;
  }
  for (int n = 2; taken(name); ++n) name.label = std::to_string(n);
  return name;
}

/// A new key, or the one in a token, and what its file holds.
struct Held {
  ossl::PrivateKey key;
  Secret text;
};

Result<Secret> sealed_key(const ossl::PrivateKey& key, const CaRequest& options, Context& context) {
  if (options.no_passphrase) {
    context.reporter.warning(
        "the issuing CA's key will not be encrypted: whoever copies it can issue what your devices and broker trust");
    return key_text(key, nullptr);
  }
  const auto passphrase = new_passphrase(options.passphrase, {.needed = false}, context);
  if (!passphrase) return passphrase.error();
  return key_text(key, &*passphrase);
}

Result<Held> key_of(const CaRequest& options, const config::Project& project, Context& context) {
  if (options.hsm) {
    const auto uri = ossl::parse_token_uri(*options.hsm);
    if (!uri) return uri.error();
    auto key = Keyring(options.passphrase, context).open_token(*uri);
    if (!key) return std::move(key).error();
    return Held{*std::move(key), Secret(ossl::key_file_for(*uri))};
  }
  const auto type = ossl::key_type_named(options.key.value_or(project.ca.key), Errc::usage);
  if (!type) return type.error();
  context.reporter.step("making the key of the issuing CA (" + std::string(word(*type)) + ")");
  auto key = ossl::PrivateKey::generate(*type);
  if (!key) return std::move(key).error();
  auto text = sealed_key(*key, options, context);
  if (!text) return std::move(text).error();
  return Held{*std::move(key), *std::move(text)};
}

}  // namespace ca_request

Result<Outcome> request_ca(const CaRequest& options, Context& context) {
  using namespace ca_request;
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  if (!project->ca.issuing)
    return Error{
        Errc::input, "this project issues from its roots: [ca] issuing is false",
        "set issuing = true in ec200u-pki.toml first; certificates then come from the new CA once it is imported"};
  const auto name = free_name(options, *project);
  if (!name) return name.error();
  const fs::path medium = options.out.value_or(".");
  const auto file = fs::absolute(medium / (name->stem() + ".csr")).lexically_normal();
  std::error_code ignored;
  if (!fs::is_directory(medium, ignored))
    return Error{Errc::input, "there is no folder " + medium.string(), "name the mounted medium with --out"};
  if (fs::exists(file, ignored)) return disk_error("creating", file, EEXIST);
  auto ledger = open_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  if (auto whole = check_ceremony_log(medium, *project, *ledger, context); !whole) return std::move(whole).error();

  if (auto room = try_room_on_medium(file); !room) return std::move(room).error();

  const auto key_file = project->folder / "ca" / (name->stem() + ".key");
  const auto held = key_of(options, *project, context);
  if (!held) return held.error();
  if (context.cancel.requested()) return interrupted();
  const auto request = ca::request_issuing(project->ca.name, *name, held->key);
  if (!request) return request.error();
  // The key and what it is known by first: a request on the medium whose key is nowhere would be signed in vain.
  if (auto written = write_new_file(key_file, held->text.view(), 0600); !written) return std::move(written).error();
  const auto kept_request = fs::path(key_file).replace_extension(".csr");
  const auto fingerprint = ossl::sha256_hex(as_bytes(*request));
  const Json facts =
      Json::object({{"project", project->ca.name}, {"ca", name->stem()}, {"request_sha256", fingerprint}});
  auto done = write_new_file(kept_request, *request, 0644);
  bool on_medium = false;
  if (done && !fs::equivalent(medium, project->folder / "ca", ignored)) {
    done = publish_new_file(file, *request, 0644);
    on_medium = done.ok();
  }
  if (done)
    done = log_ceremony("request", facts, options.people, medium, project->folder / "ca", &held->key, *ledger, context);
  if (!done) {
    // Nobody has the request: with its key it goes, and the next try asks for the same name.
    fs::remove(key_file, ignored);
    fs::remove(kept_request, ignored);
    if (on_medium) fs::remove(file, ignored);
    return std::move(done).error();
  }
  Outcome outcome;
  outcome.document.set("ca", name->stem())
      .set("request", file.string())
      .set("request_sha256", fingerprint)
      .set("key", key_file.string());
  outcome.text =
      "Request for ca/" + name->stem() + ": " + file.string() + "\n  SHA-256 of the file: " + fingerprint +
      "\n  its key stays here: " + key_file.string() +
      "\nNext: carry the medium to the machine that holds the root's key, compare the SHA-256 there, and run\n"
      "      ec200u-pki ca sign " +
      file.filename().string() + " --expect " + fingerprint.substr(0, 16) + "…\n";
  return outcome;
}

}  // namespace epki::cli
