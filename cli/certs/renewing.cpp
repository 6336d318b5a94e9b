#include "cli/certs/renewing.hpp"

#include <unistd.h>

#include <cerrno>
#include <cstdio>
#include <system_error>

#include "cli/certs/broker_files.hpp"
#include "cli/issue/output.hpp"
#include "cli/ledger_place.hpp"
#include "cli/open_ca.hpp"
#include "cli/server_profile.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/release.hpp"
#include "pki/ca/requested.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

/// A certificate and, unless the old key stays, the new key.
struct Made {
  ossl::Certificate certificate;
  std::optional<ossl::PrivateKey> key{};
};

ossl::Chain issuers_of(const OpenCa& ca) {
  ossl::Chain all = ca.chain;
  all.push_back(ca.root);
  return all;
}

Result<ossl::KeyType> key_type(const RenewOptions& options, const config::Project& project) {
  return ossl::key_type_named(options.key.value_or(project.ca.key), Errc::usage);
}

Result<ossl::PublicKey> public_half(const fs::path& key_file, Keyring& keyring) {
  const auto key = keyring.open(key_file, key_file.string());
  if (!key) return key.error();
  return ossl::PublicKey::from_der(key->public_der());
}

Result<Made> make_server(const config::Project& project, const RenewOptions& options, const OpenCa& ca,
                         Keyring& keyring, Context& context) {
  const auto profile = server_profile(project);
  if (!profile) return profile.error();
  const ca::World world{context.clock, context.random};
  const ca::ServerNames names{project.broker.hosts, project.broker.ips};
  const std::chrono::days lifetime(options.days.value_or(project.ca.server_days));
  const auto release = [&](Made made) -> Result<Made> {
    if (auto fine = ca::refuse_what_lint_refuses(made.certificate, *profile, issuers_of(ca), context.clock.now(),
                                                 project.broker.hosts.front());
        !fine)
      return std::move(fine).error();
    return made;
  };
  if (options.keep_key) {
    auto key = public_half(project.broker_folder() / "certs/server.key", keyring);
    if (!key) return std::move(key).error();
    auto made = ca::sign_server(*profile, {*std::move(key), names, {}}, lifetime, ca.identity, world);
    if (!made) return std::move(made).error();
    return release({*std::move(made), std::nullopt});
  }
  const auto type = key_type(options, project);
  if (!type) return type.error();
  auto made = ca::mint_server(*profile, names, *type, lifetime, ca.identity, world);
  if (!made) return std::move(made).error();
  return release({std::move(made->certificate), std::move(made->key)});
}

// As its predecessor's successor where the ledger knows that one, else as issued anew. Returns the old serial.
Result<std::string> record(const ossl::Certificate& old, const ledger::IssuedCertificate& row, bool revoke,
                           ledger::Ledger& ledger) {
  ledger::Certificates certificates(ledger);
  const ledger::CertificateId id{ossl::sha256_hex(old.issuer_der()), old.serial()};
  const auto known = certificates.by_id(id);
  if (!known) return known.error();
  if (!*known) {
    if (auto done = ledger.record_issued({row}); !done) return std::move(done).error();
    return std::string();
  }
  const std::vector<ledger::Certificates::Renewal> renewal{{id, row}};
  const auto reason = revoke ? std::optional(ledger::RevocationReason::superseded) : std::nullopt;
  if (auto done = certificates.record_renewal(renewal, reason); !done) return std::move(done).error();
  return id.serial;
}

Result<ossl::Certificate> newest_of(const std::string& name, ledger::Ledger& ledger) {
  const auto found = ledger::Certificates(ledger).list({.kind = "device", .name = name});
  if (!found) return found.error();
  for (auto one = found->rbegin(); one != found->rend(); ++one)
    if (!one->revoked && !one->renewed_by) return ossl::Certificate::from_pem(one->certificate.pem);
  return Error{Errc::input,
               "the ledger has no certificate of a device \"" + visible(name) + "\"" +
                   (found->empty() ? "" : " that is not revoked"),
               "ec200u-pki issue client makes a first one"};
}

Result<Made> make_client(const config::Project& project, const std::string& name, const fs::path& key_file,
                         const RenewOptions& options, const OpenCa& ca, Keyring& keyring, Context& context) {
  const auto profile = profile::built_in("device");
  if (!profile) return profile.error();
  const ca::World world{context.clock, context.random};
  const std::chrono::days lifetime(options.days.value_or(project.ca.device_days));
  std::optional<Made> made;
  if (options.keep_key) {
    auto key = public_half(key_file, keyring);
    if (!key) return std::move(key).error();
    auto certificate = ca::sign_client(*profile, {*std::move(key), name, {}}, lifetime, ca.identity, world);
    if (!certificate) return std::move(certificate).error();
    made = Made{*std::move(certificate), std::nullopt};
  } else {
    const auto type = key_type(options, project);
    if (!type) return type.error();
    auto identity = ca::mint_client(*profile, name, *type, lifetime, ca.identity, world);
    if (!identity) return std::move(identity).error();
    made = Made{std::move(identity->certificate), std::move(identity->key)};
  }
  if (auto fine = ca::refuse_what_lint_refuses(made->certificate, *profile, issuers_of(ca), context.clock.now()); !fine)
    return std::move(fine).error();
  return *std::move(made);
}

// More than a key, a certificate and its chain take. Asked before anything is signed: --revoke would lock out a device
// whose new files could not be written.
constexpr std::size_t room_for_identity = std::size_t{32} << 10U;

// NAME.pem becomes NAME.<serial>.pem; a key whose certificate is renewed with a new key goes with it.
Status move_aside(const fs::path& file, const std::string& old_serial) {
  std::error_code ignored;
  if (!fs::exists(file, ignored)) return success();
  auto aside = file;
  aside.replace_extension("." + old_serial + file.extension().string());
  if (fs::exists(aside, ignored)) return disk_error("moving the old file to", aside, EEXIST);
  if (::rename(file.c_str(), aside.c_str()) != 0) return disk_error("moving aside", file, errno);
  return success();
}

Result<Renewed> renew_client(const config::Project& project, const std::string& name, const ossl::Certificate& old,
                             const fs::path& folder, const RenewOptions& options, const OpenCa& ca, Keyring& keyring,
                             ledger::Ledger& ledger, Context& context) {
  const auto stem = file_stem(name);
  const auto certificate_file = folder / stem / (stem + ".pem");
  const auto key_file = folder / stem / (stem + ".key");
  if (auto folder_made = make_folder(folder / stem); !folder_made) return std::move(folder_made).error();
  if (auto room = try_room_for(certificate_file, room_for_identity); !room) return std::move(room).error();
  auto made = make_client(project, name, key_file, options, ca, keyring, context);
  if (!made) return std::move(made).error();
  const auto row = ca::ledger_row(made->certificate, "device", name);
  const auto superseded = record(old, row, options.revoke, ledger);
  if (!superseded) return superseded.error();
  if (made->key) {
    if (auto moved = move_aside(key_file, old.serial()); !moved) return std::move(moved).error();
    const auto pem = made->key->to_pem();
    if (!pem) return pem.error();
    if (auto written = write_new_file(key_file, pem->view(), 0600); !written) return std::move(written).error();
  }
  if (auto moved = move_aside(certificate_file, old.serial()); !moved) return std::move(moved).error();
  if (auto written = write_new_file(certificate_file, row.pem, 0644); !written) return std::move(written).error();
  return Renewed{name, row.serial, row.sha256, *superseded, row.not_after, certificate_file, key_file};
}

}  // namespace

Result<Renewed> renew_server(const RenewOptions& options, Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_kept_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  const auto alone = lock_broker_files(*project, context);
  if (!alone) return alone.error();
  const auto finished = finish_cut_replacement(*project);
  if (!finished) return finished.error();
  if (*finished) context.reporter.step("completed a renewal that was cut; now renewing as you asked");
  const auto old = served_certificate(*project);
  if (!old) return old.error();
  for (const auto& folder : {project->state_folder(), project->broker_folder() / "certs"})
    if (auto room = try_room_for(folder / "server.pem", room_for_identity); !room) return std::move(room).error();
  Keyring keyring(options.passphrase, context);
  const auto ca = open_ca(*project, ca::Purpose::server, keyring);
  if (!ca) return ca.error();
  if (auto known = check_known(*project, ca->identity.certificate, *ledger); !known) return std::move(known).error();
  auto made = make_server(*project, options, *ca, keyring, context);
  if (!made) return std::move(made).error();
  if (context.cancel.requested()) return interrupted();
  const auto row = ca::ledger_row(made->certificate, "server", project->broker.hosts.front());
  const auto superseded = record(*old, row, options.revoke, *ledger);
  if (!superseded) return superseded.error();
  std::string chain = row.pem;
  for (const auto& above : ca->chain) chain += above.pem();
  Secret key;
  if (made->key) {
    auto pem = made->key->to_pem();
    if (!pem) return std::move(pem).error();
    key = *std::move(pem);
  }
  if (auto replaced = replace_broker_files(*project, chain, key.view()); !replaced) return std::move(replaced).error();
  const auto certs = project->broker_folder() / "certs";
  return Renewed{row.name,      row.serial,           row.sha256,          *superseded,
                 row.not_after, certs / "server.pem", certs / "server.key"};
}

Result<std::vector<Renewed>> renew_clients(const std::vector<std::string>& names, const RenewOptions& options,
                                           Context& context) {
  auto project = config::load(".");
  if (!project) return std::move(project).error();
  auto ledger = open_kept_ledger(*project, context);
  if (!ledger) return std::move(ledger).error();
  std::vector<ossl::Certificate> old;
  for (const auto& name : names) {
    if (auto stem = check_file_stem(name); !stem) return std::move(stem).error();
    auto one = newest_of(name, *ledger);
    if (!one) return std::move(one).error();
    old.push_back(*std::move(one));
  }
  Keyring keyring(options.passphrase, context);
  const auto ca = open_ca(*project, ca::Purpose::client, keyring);
  if (!ca) return ca.error();
  const fs::path folder = options.out ? fs::absolute(*options.out).lexically_normal() : project->folder / "certs";
  std::vector<Renewed> all;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (context.cancel.requested()) return interrupted();
    auto renewed = renew_client(*project, names[i], old[i], folder, options, *ca, keyring, *ledger, context);
    if (!renewed) return std::move(renewed).error();
    all.push_back(*std::move(renewed));
  }
  return all;
}

}  // namespace epki::cli
