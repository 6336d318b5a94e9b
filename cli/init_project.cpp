#include "cli/init_project.hpp"

#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <system_error>

#include "broker-configs/access.hpp"
#include "broker-configs/mosquitto.hpp"
#include "broker-configs/render.hpp"
#include "cli/hierarchy.hpp"
#include "cli/init_claim.hpp"
#include "cli/ledger_place.hpp"
#include "cli/server_profile.hpp"
#include "core/file.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ca/crl.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

class Writer {
 public:
  explicit Writer(const fs::path& folder) : folder_(folder) {}

  Status folder(const fs::path& relative, unsigned mode) { return make_folder(folder_ / relative, mode); }
  Status file(const fs::path& relative, std::string_view content, unsigned mode) {
    files_.push_back(relative.string());
    return write_new_file(folder_ / relative, content, mode);
  }
  /// Whole under its name, or not there at all.
  Status publish(const fs::path& relative, std::string_view content, unsigned mode) {
    files_.push_back(relative.string());
    return publish_new_file(folder_ / relative, content, mode);
  }
  std::vector<std::string> files() && { return std::move(files_); }

 private:
  fs::path folder_;
  std::vector<std::string> files_;
};

struct Minted {
  std::vector<MadeCa> cas;  ///< the root first; then its issuing CA; then the devices' root and its issuing CA
  ca::Identity server;
  ossl::Certificate twin;

  const ossl::Certificate* find(std::string_view file) const {
    for (const auto& made : cas)
      if (made.file == file) return &made.identity.certificate;
    return nullptr;
  }
  /// What signs the devices' certificates: their issuing CA, or their root.
  const ca::Identity* device_issuer() const {
    const ca::Identity* issuer = nullptr;
    for (const auto& made : cas)
      if (made.file == "issuing-device" || (made.file == "device-root" && issuer == nullptr)) issuer = &made.identity;
    return issuer;
  }
};

Result<Minted> mint(const config::Project& project, const CaWishes& wishes, Context& context) {
  const auto key = ossl::key_type_named(project.ca.key, Errc::usage);
  if (!key) return key.error();
  const ca::World world{context.clock, context.random};
  // A file of the project's own is not there yet.
  auto broker_profile = wishes.modem ? profile::built_in("broker") : server_profile(project);
  if (!broker_profile) return std::move(broker_profile).error();
  if (wishes.modem) *broker_profile = within(std::move(*broker_profile), *wishes.modem);

  std::vector<MadeCa> cas;
  if (auto made = mint_hierarchy(project, ca::Purpose::server, *key, context, wishes.tokens, cas); !made)
    return std::move(made).error();
  context.reporter.step("making the broker certificate for " + project.broker.hosts.front());
  auto server = ca::mint_server(*broker_profile, {project.broker.hosts, project.broker.ips}, *key,
                                std::chrono::days(project.ca.server_days), cas.back().identity, world);
  if (!server) return std::move(server).error();
  if (context.cancel.requested()) return interrupted();
  auto twin = ca::mint_twin(cas.front().identity.certificate, world);
  if (!twin) return std::move(twin).error();
  if (context.cancel.requested()) return interrupted();
  if (project.broker.mutual)
    if (auto made = mint_hierarchy(project, ca::Purpose::client, *key, context, wishes.tokens, cas); !made)
      return std::move(made).error();
  if (wishes.standby) {
    auto standby = mint_standby(project, *key, wishes.tokens, context);
    if (!standby) return std::move(standby).error();
    cas.push_back(*std::move(standby));
  }
  return Minted{std::move(cas), *std::move(server), *std::move(twin)};
}

Status record(const config::Project& project, const Minted& minted, ledger::Ledger& ledger) {
  std::vector<ledger::IssuedCertificate> rows;
  for (const auto& made : minted.cas)
    rows.push_back(ca::ledger_row(made.identity.certificate, made.kind, project.ca.name));
  rows.push_back(ca::ledger_row(minted.server.certificate, "server", project.broker.hosts.front()));
  rows.push_back(ca::ledger_row(minted.twin, "twin", project.ca.name));
  return ledger.record_issued(rows);
}

// The broker looks into a list from its first day, for Mosquitto takes no new crlfile at a reload: a revoked device is
// refused as soon as `crl` has written the next one. Nobody signs anything again yet, so this one lasts as long as its
// CA may: it locks nobody out.
Result<std::optional<ossl::Crl>> first_list(const Minted& minted, ledger::Ledger& ledger, const Context& context) {
  const auto* issuer = minted.device_issuer();
  if (issuer == nullptr) return std::optional<ossl::Crl>{};
  constexpr std::chrono::days longest{3650};
  const auto left = std::chrono::floor<std::chrono::days>(issuer->certificate.not_after() - context.clock.now());
  auto list = ca::publish_crl(*issuer, std::clamp(left, std::chrono::days(1), longest), ledger, context.clock);
  if (!list) return std::move(list).error();
  return std::optional(*std::move(list));
}

Status write_key(Writer& writer, const fs::path& relative, const ossl::PrivateKey& key, const Secret* passphrase) {
  const auto text = key_text(key, passphrase);
  if (!text) return text.error();
  return writer.file(relative, text->view(), 0600);
}

Status write_cas(Writer& writer, const Minted& minted, const Secret* passphrase) {
  if (auto made = writer.folder("ca", 0755); !made) return made;
  for (const auto& made : minted.cas) {
    const auto key = key_file_text(made, passphrase);
    if (!key) return key.error();
    if (auto done = writer.file("ca/" + made.file + ".key", key->view(), 0600); !done) return done;
    if (auto done = writer.file("ca/" + made.file + ".pem", made.identity.certificate.pem(), 0644); !done) return done;
  }
  return success();
}

Status write_broker(Writer& writer, const config::Project& project, const Minted& minted,
                    const std::optional<ossl::Crl>& list, const std::optional<broker::Account>& owner, bool as_root) {
  for (const char* folder : {"broker", "broker/certs"})
    if (auto made = writer.folder(folder, 0755); !made) return made;
  if (auto done = write_key(writer, "broker/certs/server.key", minted.server.key, nullptr); !done) return done;
  if (owner && !as_root) {
    const auto path = project.broker_folder() / "certs/server.key";
    if (::chown(path.c_str(), owner->uid, owner->gid) != 0) return disk_error("changing the owner of", path, errno);
    if (::chmod(path.c_str(), 0400) != 0) return disk_error("setting the mode of", path, errno);
  }
  // The modem holds the root only: the broker serves what stands between it and its own certificate.
  std::string chain = minted.server.certificate.pem();
  if (const auto* issuing = minted.find("issuing-server"); issuing != nullptr) chain += issuing->pem();
  if (auto done = writer.file("broker/certs/server.pem", chain, 0644); !done) return done;
  if (const auto* devices = minted.find("device-root"); devices != nullptr) {
    ossl::Chain issuing;
    if (const auto* one = minted.find("issuing-device"); one != nullptr) issuing.push_back(*one);
    if (auto done = writer.file("broker/certs/client-ca.pem", client_anchors(*devices, issuing), 0644); !done)
      return done;
  }
  if (list)
    for (const char* file : {"ca/crl.pem", "broker/certs/crl.pem"})
      if (auto done = writer.file(file, list->pem(), 0644); !done) return done;
  auto acl = broker::acl_text(project);
  if (!acl) return std::move(acl).error();
  if (auto done = writer.file("broker/acl", *acl, 0644); !done) return done;
  auto configuration = broker::render_configuration(project, {.as_root = as_root, .crl = list.has_value()});
  if (!configuration) return std::move(configuration).error();
  return writer.file("broker/mosquitto.conf", *configuration, 0644);
}

Result<MadeProject> make(const config::Project& project, const CaWishes& wishes, Context& context) {
  auto minted = mint(project, wishes, context);
  if (!minted) return std::move(minted).error();
  // Recorded before a key or certificate leaves the process: none is ever in the world that the ledger does not know.
  auto ledger = begin_ledger(project, context);
  if (!ledger) return std::move(ledger).error();
  if (auto recorded = record(project, *minted, *ledger); !recorded) return std::move(recorded).error();
  auto list = first_list(*minted, *ledger, context);
  if (!list) return std::move(list).error();

  std::optional<broker::Account> account;
  if (::geteuid() == 0) account = broker::mosquitto_account();
  const bool as_root = account && broker::in_the_way(project.folder, *account).has_value();
  Writer writer(project.folder);
  if (auto done = write_cas(writer, *minted, wishes.passphrase); !done) return std::move(done).error();
  if (auto done = write_broker(writer, project, *minted, *list, account, as_root); !done)
    return std::move(done).error();
  if (context.cancel.requested()) return interrupted();
  if (!wishes.modem_profile.empty()) {
    if (auto done = writer.file(modem_profile_file, wishes.modem_profile, 0644); !done) return std::move(done).error();
  }
  // The last one: where it is, the project is whole.
  if (auto done = writer.publish(std::string(config::project_file), config::render(project), 0644); !done)
    return std::move(done).error();
  auto files = std::move(writer).files();
  files.emplace_back("ledger.db");
  MadeProject made{minted->cas.front().identity.certificate,
                   minted->server.certificate,
                   std::nullopt,
                   std::nullopt,
                   std::move(files),
                   as_root};
  if (const auto* devices = minted->find("device-root"); devices != nullptr) made.device_root = *devices;
  if (const auto* standby = minted->find("standby-root"); standby != nullptr) made.standby_root = *standby;
  return made;
}

}  // namespace

Result<MadeProject> make_project(const config::Project& project, const CaWishes& wishes, Context& context) {
  auto claim = InitClaim::take(project);
  if (!claim) return std::move(claim).error();
  auto made = make(project, wishes, context);
  if (!made) return made;
  if (auto kept = claim->keep(); !kept) return std::move(kept).error();
  return made;
}

}  // namespace epki::cli
