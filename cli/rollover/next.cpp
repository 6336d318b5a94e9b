#include "cli/rollover/next.hpp"

#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdio>
#include <system_error>

#include "broker-configs/access.hpp"
#include "broker-configs/render.hpp"
#include "cli/certs/broker_files.hpp"
#include "cli/certs/find.hpp"
#include "cli/hierarchy.hpp"
#include "cli/server_profile.hpp"
#include "core/file.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ca/release.hpp"
#include "pki/ca/requested.hpp"
#include "pki/ca/subordinate.hpp"

namespace epki::cli {

namespace rollover_next {

namespace fs = std::filesystem;

fs::path standby(const config::Project& project) {
  return project.folder / "ca/standby-root.pem";
}

/// With ca.issuing: what signs for the broker below the next root.
struct MadeIssuing {
  std::string stem;  ///< of its files below ca/
  ca::Identity identity;
  Secret key_text;
};

/// All that is made before anything is written.
struct Made {
  ossl::Certificate root;
  std::optional<MadeIssuing> issuing;
  ca::Identity server;
  ossl::Certificate twin;

  /// What the broker shows: the issuing CA behind its certificate, where there is one.
  std::string served() const {
    return server.certificate.pem() + (issuing ? issuing->identity.certificate.pem() : std::string());
  }
};

// No name of a CA is used twice: what the old and the new one signed could not be told apart.
ca::IssuingName free_name(const config::Project& project) {
  ca::IssuingName name{ca::Purpose::server, {}};
  std::error_code ignored;
  for (int n = 2; fs::exists(project.folder / "ca" / (name.stem() + ".pem"), ignored) ||
                  fs::exists(project.folder / "ca" / (name.stem() + ".key"), ignored);
       ++n)
    name.label = std::to_string(n);
  return name;
}

// As the standby root's key is kept: encrypted, unless that one is not.
Result<Secret> sealed(const ossl::PrivateKey& key, const fs::path& root_key, Keyring& keyring) {
  auto text = read_file(root_key, 1U << 20U);
  if (!text) return std::move(text).error();
  const Secret root{*text};
  wipe(std::as_writable_bytes(std::span(*text)));
  const auto token = ossl::token_in_key_file(root.view());
  if (!token) return token.error();
  if (!*token && !ossl::PrivateKey::is_encrypted(root.view())) {
    keyring.context().reporter.warning(
        "the new issuing CA's key will not be encrypted, because the standby root's is not: whoever copies it can play "
        "your broker");
    return key_text(key, nullptr);
  }
  if (const auto* known = keyring.passphrase(); known != nullptr) return key_text(key, known);
  const auto fresh = new_passphrase(keyring.options(), {}, keyring.context());
  if (!fresh) return fresh.error();
  return key_text(key, &*fresh);
}

Result<std::optional<MadeIssuing>> make_issuing(const config::Project& project, const ca::Identity& root,
                                                ossl::KeyType type, const fs::path& root_key, Keyring& keyring) {
  if (!project.ca.issuing) return std::optional<MadeIssuing>{};
  const auto profile = ca_profile(project, "issuing", ca::Purpose::server);
  if (!profile) return profile.error();
  Context& context = keyring.context();
  const auto name = free_name(project);
  context.reporter.step("making the issuing CA for the broker below the standby root, ca/" + name.stem() + ".pem");
  auto key = ossl::PrivateKey::generate(type);
  if (!key) return std::move(key).error();
  auto made = ca::sign_issuing(*profile, project.ca.name, name.purpose, name.label, ossl::PublicKey::of(*key),
                               std::chrono::days(project.ca.issuing_days), root, {context.clock, context.random});
  if (!made) return std::move(made).error();
  if (auto fine = ca::refuse_what_lint_refuses(*made, *profile, {root.certificate}, context.clock.now()); !fine)
    return std::move(fine).error();
  auto text = sealed(*key, root_key, keyring);
  if (!text) return std::move(text).error();
  return std::optional(MadeIssuing{name.stem(), {*std::move(made), *std::move(key)}, *std::move(text)});
}

Result<Made> make(const config::Project& project, const fs::path& root_key, Keyring& keyring) {
  auto root = certificate_in(standby(project));
  if (!root) return std::move(root).error();
  auto key = keyring.open(root_key, root_key.string());
  if (!key) return std::move(key).error();
  if (!key->matches(*root))
    return Error{Errc::key, root_key.string() + " is not the key of ca/standby-root.pem",
                 "name the right file with --key"};
  const auto type = ossl::parse_key_type(project.ca.key);
  const auto profile = server_profile(project);
  if (!profile) return profile.error();
  if (!type) return Error{Errc::internal, "the project's key type is unknown"};
  Context& context = keyring.context();
  const ca::World world{context.clock, context.random};
  const ca::Identity signing{*root, *std::move(key)};
  auto issuing = make_issuing(project, signing, *type, root_key, keyring);
  if (!issuing) return std::move(issuing).error();
  const ca::Identity& issuer = *issuing ? (*issuing)->identity : signing;
  auto server = ca::mint_server(*profile, {project.broker.hosts, project.broker.ips}, *type,
                                std::chrono::days(project.ca.server_days), issuer, world);
  if (!server) return std::move(server).error();
  ossl::Chain above{*root};
  if (*issuing) above.insert(above.begin(), issuer.certificate);
  if (auto fine = ca::refuse_what_lint_refuses(server->certificate, *profile, above, context.clock.now(),
                                               project.broker.hosts.front());
      !fine)
    return std::move(fine).error();
  auto twin = ca::mint_twin(*root, world);
  if (!twin) return std::move(twin).error();
  return Made{*std::move(root), *std::move(issuing), *std::move(server), *std::move(twin)};
}

// As init gives the broker's key away: to the account that reads it, where there is one and the folder lets it in.
Status write_key(const fs::path& file, std::string_view pem, bool as_root) {
  if (auto written = write_new_file(file, pem, 0600); !written) return written;
  const auto account = ::geteuid() == 0 && !as_root ? broker::mosquitto_account() : std::nullopt;
  if (account && ::chown(file.c_str(), account->uid, account->gid) != 0)
    return disk_error("changing the owner of", file, errno);
  return success();
}

// Devices' certificates come from where they always came: by a link, so that there is one key and not two.
Status share_device_cas(const config::Project& project, const fs::path& into) {
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(project.folder / "ca", failed)) {
    const auto name = entry.path().filename().string();
    if (!name.starts_with("device-root.") && !name.starts_with("issuing-device")) continue;
    std::error_code refused;
    fs::create_symlink(fs::path("../../ca") / name, into / name, refused);
    if (refused) return disk_error("creating", into / name, refused.value());
  }
  if (failed) return disk_error("reading", project.folder / "ca", failed.value());
  return success();
}

Status write(const config::Project& project, config::Project next, const Made& made) {
  const auto account = ::geteuid() == 0 ? broker::mosquitto_account() : std::nullopt;
  const bool as_root = account && broker::in_the_way(project.folder, *account).has_value();
  for (const char* folder : {"ca", "broker/certs"})
    if (auto done = make_folder(next.folder / folder); !done) return done;
  const auto root_pem = read_file(standby(project));
  if (!root_pem) return root_pem.error();
  if (auto done = write_new_file(next.root_certificate(), *root_pem, 0644); !done) return done;
  if (auto done = share_device_cas(project, next.folder / "ca"); !done) return done;
  if (made.issuing) {
    const auto base = (next.folder / "ca" / made.issuing->stem).string();
    if (auto done = write_new_file(base + ".key", made.issuing->key_text.view(), 0600); !done) return done;
    if (auto done = write_new_file(base + ".pem", made.issuing->identity.certificate.pem(), 0644); !done) return done;
  }
  const auto key = made.server.key.to_pem();
  if (!key) return key.error();
  if (auto done = write_key(next.broker_folder() / "certs/server.key", key->view(), as_root); !done) return done;
  if (auto done = write_new_file(next.broker_folder() / "certs/server.pem", made.served(), 0644); !done) return done;
  std::error_code ignored;
  for (const char* shared : {"certs/client-ca.pem", "certs/crl.pem"})
    if (fs::exists(project.broker_folder() / shared, ignored)) {
      const auto text = read_file(project.broker_folder() / shared, 1U << 30U);
      if (!text) return text.error();
      if (auto done = write_new_file(next.broker_folder() / shared, *text, 0644); !done) return done;
    }
  const auto acl = broker::acl_text(next);
  if (!acl) return acl.error();
  if (auto done = write_new_file(next.broker_folder() / "acl", *acl, 0644); !done) return done;
  const auto configuration = broker::render_configuration(next, {.as_root = as_root});
  if (!configuration) return configuration.error();
  if (auto done = write_new_file(next.broker_folder() / "mosquitto.conf", *configuration, 0644); !done) return done;
  return write_new_file(next.folder / config::project_file, config::render(next), 0644);
}

Status rename_unless_done(const fs::path& from, const fs::path& to) {
  std::error_code ignored;
  if (fs::exists(to, ignored) || !fs::exists(from, ignored)) return success();
  if (::rename(from.c_str(), to.c_str()) != 0) return disk_error("moving", from, errno);
  return sync_folder_of(to);
}

// Those of the old root step aside with it, or the broker's next certificate might come from one of them.
Status move_issuing(const config::Project& project, const fs::path& next) {
  const auto root = certificate_in(project.root_certificate());
  if (!root) return root.error();
  const auto ca = project.folder / "ca";
  const auto of_broker = [](const fs::path& file) {
    const auto stem = file.stem().string();
    return stem == "issuing-server" || stem.starts_with("issuing-server-");
  };
  std::vector<fs::path> old, fresh;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(ca, failed))
    if (of_broker(entry.path()) && entry.path().extension() == ".pem") {
      const auto one = certificate_in(entry.path());
      if (!one) return one.error();
      if (one->issuer_der() != root->subject_der() || !one->signed_by(*root)) old.push_back(entry.path());
    }
  if (!failed)
    for (const auto& entry : fs::directory_iterator(next / "ca", failed))
      if (of_broker(entry.path())) fresh.push_back(entry.path());
  if (failed) return disk_error("reading", ca, failed.value());
  for (const auto& pem : old)
    for (const char* end : {".key", ".csr", ".pem"}) {
      const auto from = fs::path(pem).replace_extension(end);
      if (auto done = rename_unless_done(from, ca / ("old-" + from.filename().string())); !done) return done;
    }
  // The key first: a certificate without its key would be taken for another station's.
  std::sort(fresh.begin(), fresh.end());
  for (const auto& from : fresh)
    if (auto done = rename_unless_done(from, ca / from.filename()); !done) return done;
  return success();
}

}  // namespace rollover_next

std::filesystem::path next_folder(const config::Project& project) {
  return project.folder / "rollover";
}

Status make_next(const config::Project& project, std::int64_t port, const std::filesystem::path& root_key,
                 Keyring& keyring, ledger::Ledger& ledger) {
  using namespace rollover_next;
  std::error_code ignored;
  if (!fs::exists(standby(project), ignored))
    return Error{Errc::input, "this project has no standby root: ca/standby-root.pem is missing",
                 "ec200u-pki init --standby-root makes one from day one; without it devices must be provisioned anew"};
  if (fs::exists(next_folder(project) / config::project_file, ignored))
    return Error{Errc::input, next_folder(project).string() + " exists: a roll-over has begun",
                 "ec200u-pki rollover status tells how far it is"};
  fs::remove_all(next_folder(project), ignored);  // of a run that was cut before its last file
  const auto made = make(project, root_key, keyring);
  if (!made) return made.error();
  config::Project next = project;
  next.folder = next_folder(project);
  next.broker.port = port;
  if (project.ledger.url.empty()) next.ledger.file = project.ledger_file().string();
  std::vector<ledger::IssuedCertificate> rows{
      ca::ledger_row(made->server.certificate, "server", project.broker.hosts.front()),
      ca::ledger_row(made->twin, "twin", project.ca.name)};
  if (made->issuing)
    rows.insert(rows.begin(), ca::ledger_row(made->issuing->identity.certificate, "issuing", made->issuing->stem));
  if (auto recorded = ledger.record_issued(rows); !recorded) return recorded;
  return write(project, std::move(next), *made);
}

Status put_in_place(const config::Project& project, Context& context) {
  using namespace rollover_next;
  const auto ca = project.folder / "ca";
  const auto next = next_folder(project);
  context.reporter.step("moving the old root aside and the standby root into its place");
  std::error_code ignored;
  // Once the standby root is gone from its name, it is the root. The old certificate is moved last, after its key.
  if (fs::exists(standby(project), ignored) && fs::exists(ca / "root.pem", ignored)) {
    const auto old = certificate_in(ca / "root.pem");
    if (!old) return old.error();
    for (const char* end : {".key", ".pem"})
      if (auto done = rename_unless_done(ca / (std::string("root") + end),
                                         ca / ("old-root-" + old->serial().substr(0, 8) + end));
          !done)
        return done;
  }
  for (const char* end : {".key", ".pem"})
    if (auto done = rename_unless_done(ca / (std::string("standby-root") + end), ca / (std::string("root") + end));
        !done)
      return done;
  if (auto done = move_issuing(project, next); !done) return done;
  const auto chain = read_file(next / "broker/certs/server.pem");
  if (!chain) return chain.error();
  auto key_pem = read_file(next / "broker/certs/server.key");
  if (!key_pem) return key_pem.error();
  const Secret key(*key_pem);
  wipe(std::as_writable_bytes(std::span(*key_pem)));
  if (auto replaced = replace_broker_files(project, *chain, key.view()); !replaced) return replaced;
  fs::remove_all(next, ignored);
  if (fs::exists(next, ignored)) return disk_error("removing", next, EACCES);
  return success();
}

}  // namespace epki::cli
