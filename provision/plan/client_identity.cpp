// The device's certificate and key: what is on the modem, and how a new pair gets there. The ledger knows every
// certificate before a byte of it is sent, so that a cut leaves none that nobody accounts for.

#include "provision/plan/client.hpp"

#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ossl/digest.hpp"
#include "provision/ec200u/asking.hpp"
#include "provision/ec200u/time_limits.hpp"
#include "provision/plan/run.hpp"

namespace epki::plan {

namespace {

using ledger::CertificateStatus;

constexpr std::chrono::hours expires_soon{24 * 30};

Json client_file_json(const ClientFile& file) {
  return Json::object({{"name", file.name}, {"size", file.size}, {"sha256", file.sha256}});
}

ClientFile client_file_from(const Json& detail) {
  return {.name = detail["name"].text_or(""),
          .size = static_cast<std::size_t>(detail["size"].integer().value_or(0)),
          .sha256 = detail["sha256"].text_or("")};
}

ClientFile file_of(std::string_view content, FileRole role) {
  return {.name = file_name_for(content, role), .size = content.size(), .sha256 = ossl::sha256_hex(as_bytes(content))};
}

std::string random_uuid(RandomSource& random) {
  std::array<std::byte, 16> bytes{};
  random.fill(bytes);
  bytes[6] = (bytes[6] & std::byte{0x0f}) | std::byte{0x40};  // version 4
  bytes[8] = (bytes[8] & std::byte{0x3f}) | std::byte{0x80};  // variant (RFC 9562, 4.1)
  const auto hex = to_hex(bytes);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" + hex.substr(16, 4) + "-" +
         hex.substr(20);
}

/// AT+CGSN=0 asks for the serial number where AT+CGSN gives the IMEI (27.007, 5.4).
Result<std::string> serial_of_modem(Run& run) {
  auto reply = ec200u::ask(run.modem.engine(), "AT+CGSN=0", ec200u::time_limit::simple);
  if (!reply) return std::move(reply).error();
  for (const auto& line : reply->lines) {
    auto text = trimmed(line);
    if (text.starts_with("+CGSN:")) text = trimmed(text.substr(6));
    if (text.size() >= 2 && text.front() == '"' && text.back() == '"') text = text.substr(1, text.size() - 2);
    if (reply->ok() && !text.empty() && text != run.imei()) return std::string(text);
  }
  return Error{
      Errc::usage, "this modem tells no serial number of its own",
      "give the product's number, with provision --serial or by scanning it; or name devices after imei or uuid"};
}

bool is_uuid(std::string_view name) {
  return name.size() == 36 && name[8] == '-' && name[13] == '-' && name[18] == '-' && name[23] == '-' &&
         name.find_first_not_of("0123456789abcdef-") == std::string_view::npos;
}

/// Whether a certificate with this name is what the run asks for.
bool is_named_as_wanted(const Run& run, const std::string& name) {
  if (!run.wanted.name_from) return true;
  switch (*run.wanted.name_from) {
    case NameFrom::imei: return name == run.imei();
    case NameFrom::uuid: return is_uuid(name);
    case NameFrom::serial: break;
  }
  if (!run.serial_number.empty()) return name == run.serial_number;
  return name != run.imei() && !is_uuid(name);
}

/// The name for a new certificate. A device keeps the name it had, where that is of the kind that is asked for.
Result<std::string> name_of_device(Run& run) {
  for (const auto& before : run.found.older)
    if (is_named_as_wanted(run, before.name)) return before.name;
  switch (run.wanted.name_from.value_or(NameFrom::imei)) {
    case NameFrom::imei: return run.imei();
    case NameFrom::uuid: return random_uuid(run.around.random);
    case NameFrom::serial: break;
  }
  if (!run.serial_number.empty()) return run.serial_number;
  return serial_of_modem(run);
}

/// The broker knows a device by this name alone: two devices must not share it.
Status is_free(Run& run, const std::string& name) {
  ledger::Certificates certificates(run.around.ledger);
  auto known = certificates.list({.kind = "device", .name = name, .status = CertificateStatus::valid});
  if (!known) return std::move(known).error();
  for (const auto& one : *known)
    if (!one.certificate.imei.empty() && one.certificate.imei != run.imei())
      return Error{Errc::input,
                   "the name " + name + " belongs to the device with IMEI " + one.certificate.imei + ": certificate " +
                       one.certificate.serial + " is valid",
                   "give this device another name; or, where that device is out of use, revoke its certificate first"};
  return success();
}

/// Whatever was ever begun or finished on this device, newest first, each once.
Result<std::vector<ClientIdentity>> known_identities(Run& run) {
  std::vector<ClientIdentity> all;
  const auto add = [&](const Json& detail) {
    auto identity = ClientIdentity::from(detail);
    if (identity && std::ranges::find(all, identity->id, &ClientIdentity::id) == all.end())
      all.push_back(std::move(*identity));
  };
  auto open = run.around.ledger.journal_open(run.imei());
  if (!open) return std::move(open).error();
  for (auto entry = open->rbegin(); entry != open->rend(); ++entry) {
    if (entry->kind != journal_client) continue;
    run.client_journal.push_back(entry->id);
    add(entry->detail);
  }
  auto runs = run.around.ledger.runs(run.imei());
  if (!runs) return std::move(runs).error();
  for (auto one = runs->rbegin(); one != runs->rend(); ++one) add(one->detail["client"]);
  return all;
}

Result<bool> is_valid(Run& run, const ClientIdentity& identity) {
  ledger::Certificates certificates(run.around.ledger);
  auto found = certificates.by_id(identity.id);
  if (!found) return std::move(found).error();
  return *found && (*found)->status == CertificateStatus::valid;
}

/// Listed with the right size, and read back now or in an earlier run.
Result<bool> is_whole(Run& run, const ClientFile& file) {
  const auto at = std::ranges::find(run.found.files, file.name, &ec200u::FileEntry::name);
  if (at == run.found.files.end() || at->size != file.size) return false;
  auto evidence = run.around.ledger.file_evidence(run.imei(), file.name, file.size, file.sha256);
  if (!evidence) return std::move(evidence).error();
  auto& report = run.file_report(file.name);
  report.size = file.size;
  report.sha256 = file.sha256;
  report.safe = *evidence == after_reboot;
  if (!evidence->empty() && !run.options.deep) {
    report.verified = true;
    report.evidence = "known from an earlier read-back";
    return true;
  }
  run.step("reading " + file.name + " back");
  auto same = holds(run, file.name, file.size, file.sha256);
  if (!same || !*same) return same;
  report.verified = true;
  report.evidence = report.safe ? after_reboot : "read-back";
  if (run.options.dry_run || report.safe) return true;
  if (auto kept = run.around.ledger.record_file(run.imei(), file.name, file.size, file.sha256, "read-back"); !kept)
    return std::move(kept).error();
  return true;
}

void forget_reports(Run& run, const ClientIdentity& identity) {
  std::erase_if(run.report.files, [&](const FileReport& report) {
    return report.name == identity.certificate.name || report.name == identity.key.name;
  });
}

/// Whether this identity can go on being used.
Result<bool> usable(Run& run, const ClientIdentity& identity) {
  auto valid = is_valid(run, identity);
  if (!valid || !*valid) return valid;
  if (!is_named_as_wanted(run, identity.name)) return false;
  if (run.wanted.key_password && !identity.key_encrypted) return false;  // its key shall be encrypted from now on
  for (const auto* file : {&identity.certificate, &identity.key}) {
    auto whole = is_whole(run, *file);
    if (!whole) return whole;
    if (!*whole) {
      forget_reports(run, identity);
      return false;
    }
  }
  return true;
}

Status store_client_file(Run& run, const ClientFile& file, const std::string& content) {
  run.step("uploading " + file.name + ", " + counted(file.size, "byte"));
  if (auto stored = store(run, file.name, content, file.sha256); !stored) return stored;
  if (auto kept = run.around.ledger.record_file(run.imei(), file.name, file.size, file.sha256, "read-back"); !kept)
    return kept;
  auto& report = run.file_report(file.name);
  report = {.name = file.name,
            .size = file.size,
            .sha256 = file.sha256,
            .verified = true,
            .evidence = "read-back",
            .uploaded = true};
  return success();
}

}  // namespace

std::optional<NameFrom> parse_name_from(std::string_view word) {
  if (word == "imei") return NameFrom::imei;
  if (word == "serial") return NameFrom::serial;
  if (word == "uuid") return NameFrom::uuid;
  return std::nullopt;
}

Json ClientIdentity::json() const {
  return Json::object({{"name", name},
                       {"issuer", id.issuer},
                       {"serial", id.serial},
                       {"sha256", sha256},
                       {"not_after", rfc3339(not_after)},
                       {"certificate", client_file_json(certificate)},
                       {"key", client_file_json(key)},
                       {"key_encrypted", key_encrypted}});
}

std::optional<ClientIdentity> ClientIdentity::from(const Json& detail) {
  if (!detail["serial"].text() || !detail["certificate"]["name"].text() || !detail["key"]["name"].text())
    return std::nullopt;
  return ClientIdentity{.name = detail["name"].text_or(""),
                        .id = {.issuer = detail["issuer"].text_or(""), .serial = detail["serial"].text_or("")},
                        .sha256 = detail["sha256"].text_or(""),
                        .not_after = parse_rfc3339(detail["not_after"].text_or("")).value_or(Instant{}),
                        .certificate = client_file_from(detail["certificate"]),
                        .key = client_file_from(detail["key"]),
                        .key_encrypted = detail["key_encrypted"].boolean().value_or(false)};
}

Status inspect_client(Run& run) {
  if (!run.wanted.mutual) return success();
  auto known = known_identities(run);
  if (!known) return std::move(known).error();
  for (auto& identity : *known) {
    bool use = false;
    if (!run.report.client) {
      auto fit = usable(run, identity);
      if (!fit) return std::move(fit).error();
      use = *fit;
    }
    if (use)
      run.report.client = std::move(identity);
    else
      run.found.older.push_back(std::move(identity));
  }
  if (run.report.client && (run.options.rotate || (run.reissue && run.report.client->id != run.issued))) {
    forget_reports(run, *run.report.client);
    run.found.older.insert(run.found.older.begin(), *std::exchange(run.report.client, std::nullopt));
  }
  if (!run.report.client) return success();
  const auto& client = *run.report.client;
  run.step("nothing to issue: " + client.name + " has certificate " + client.id.serial);
  if (client.key_encrypted && !run.wanted.key_password && !run.options.dry_run)
    return Error{Errc::usage, "the key of " + client.name + " on the modem is encrypted, and its password is not given",
                 "give --key-password-file; or --rotate, for a new key that is not encrypted"};
  if (client.not_after < run.around.clock.now() + expires_soon)
    run.warn("certificate " + client.id.serial + " of " + client.name + " expires on " + rfc3339(client.not_after) +
             ". Next: ec200u-pki provision --rotate");
  return success();
}

Status issue_client(Run& run) {
  if (!run.wanted.mutual || run.report.client) return success();
  auto name = name_of_device(run);
  if (!name) return std::move(name).error();
  if (auto unshared = is_free(run, *name); !unshared) return unshared;
  if (run.options.dry_run) {
    run.report.client = ClientIdentity{.name = *name,
                                       .certificate = {.name = std::string(client_certificate_to_come)},
                                       .key = {.name = std::string(client_key_to_come)}};
    return success();
  }
  if (!run.around.issue_client)
    return Error{Errc::input, "nobody here can issue a certificate for " + *name, "see ec200u-pki init --mutual"};
  run.step("making a key and a certificate for " + *name);
  auto issued = run.around.issue_client(*name, run.report.identity);
  if (!issued) return std::move(issued).error().during("issuing a certificate for " + *name);
  auto& row = issued->row;
  row.imei = run.imei();
  ClientIdentity identity{.name = *name,
                          .id = {.issuer = row.issuer, .serial = row.serial},
                          .sha256 = row.sha256,
                          .not_after = row.not_after,
                          .certificate = file_of(issued->certificate_pem, FileRole::client_certificate),
                          .key = file_of(issued->key_pem.view(), FileRole::client_key),
                          .key_encrypted = issued->key_encrypted};
  // First what is about to be in the world, then that it is, then the first byte.
  auto begun = run.around.ledger.journal_begin(run.imei(), std::string(journal_client), identity.json());
  if (!begun) return std::move(begun).error();
  run.client_journal.push_back(*begun);
  if (auto kept = run.around.ledger.record_issued({row}); !kept) return kept;
  run.report.client = std::move(identity);
  run.report.client_issued = true;
  run.issued = {.issuer = row.issuer, .serial = row.serial};
  run.fresh.emplace(std::move(*issued));
  return success();
}

Status install_client(Run& run) {
  if (!run.fresh) return Error{Errc::internal, "there is no key to install"};
  const IssuedClient fresh = std::move(*run.fresh);  // wiped when this returns, whatever happens
  run.fresh.reset();
  const auto& identity = *run.report.client;
  run.modem.engine().mask(fresh.key_pem.view());
  if (auto done = store_client_file(run, identity.certificate, fresh.certificate_pem); !done) return done;
  std::string key(fresh.key_pem.view());
  auto done = store_client_file(run, identity.key, key);
  wipe(std::as_writable_bytes(std::span(key)));
  return done;
}

Status retire_clients(Run& run) {
  if (!run.wanted.mutual) return success();
  std::vector<ledger::Revocation> revocations;
  const auto reason = run.reissue.value_or(ledger::RevocationReason::superseded);
  for (const auto& identity : run.found.older) {
    auto valid = is_valid(run, identity);
    if (!valid) return std::move(valid).error();
    if (!*valid) continue;
    run.step("certificate " + identity.id.serial + " of " + identity.name +
             " is not used any more: revoked in the ledger as " + std::string(ledger::word(reason)));
    revocations.push_back({.id = identity.id, .at = run.around.clock.now(), .reason = reason});
  }
  run.older_revoked = revocations.empty();
  if (run.older_revoked) return success();
  ledger::Certificates certificates(run.around.ledger);
  auto revoked = certificates.revoke(revocations);
  if (!revoked) return std::move(revoked).error();
  run.older_revoked = true;
  run.warn(counted(*revoked, "older certificate") + " of this device revoked; the broker learns it from the next CRL");
  return success();
}

}  // namespace epki::plan
