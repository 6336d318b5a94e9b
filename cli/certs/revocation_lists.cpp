#include "cli/certs/revocation_lists.hpp"

#include <algorithm>
#include <optional>
#include <system_error>

#include "cli/certs/find.hpp"
#include "cli/hierarchy.hpp"
#include "cli/open_ca.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "ledger/certificates.hpp"
#include "pki/ca/crl.hpp"
#include "pki/ossl/digest.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

constexpr std::string_view issuing_device = "issuing-device";

// For devices and signing first, then for devices, then those of the broker in the same order, each by name.
int rank(const CaFiles& ca) {
  return (ca.for_devices ? 0 : 2) + (ca.signs_leaves ? 0 : 1);
}

std::optional<CaFiles> described_by(const std::string& stem, const ossl::Certificate& certificate) {
  const bool issuing = stem.starts_with("issuing-");
  const bool root = stem == "root" || stem == "device-root" || stem == "standby-root";
  if (!issuing && !root) return std::nullopt;
  return CaFiles{.name = stem,
                 .certificate = certificate,
                 .for_devices = stem == "device-root" || stem.starts_with(issuing_device),
                 .signs_leaves = issuing};
}

Result<bool> revoked(const ossl::Certificate& certificate, ledger::Ledger& ledger) {
  const auto found =
      ledger::Certificates(ledger).by_id({ossl::sha256_hex(certificate.issuer_der()), certificate.serial()});
  if (!found) return found.error();
  return *found && (*found)->revoked;
}

}  // namespace

Result<std::vector<CaFiles>> cas_of(const config::Project& project) {
  std::vector<CaFiles> all;
  std::error_code failed;
  for (const auto& entry : fs::directory_iterator(project.folder / "ca", failed)) {
    if (entry.path().extension() != ".pem") continue;
    const auto stem = entry.path().stem().string();
    if (stem != "root" && stem != "device-root" && stem != "standby-root" && !stem.starts_with("issuing-")) continue;
    const auto certificate = certificate_in(entry.path());
    if (!certificate) return certificate.error();
    auto ca = described_by(stem, *certificate);
    if (!ca) continue;
    std::error_code ignored;
    ca->key_here = fs::exists(fs::path(entry.path()).replace_extension(".key"), ignored);
    all.push_back(*std::move(ca));
  }
  if (failed) return disk_error("reading", project.folder / "ca", failed.value());
  // Where there is no issuing CA below it, a root signs end-entity certificates itself.
  for (auto& ca : all)
    if (ca.name == "root" || ca.name == "device-root") ca.signs_leaves = !project.ca.issuing;
  std::sort(all.begin(), all.end(), [](const CaFiles& a, const CaFiles& b) {
    return rank(a) != rank(b) ? rank(a) < rank(b) : a.name < b.name;
  });
  return all;
}

Result<std::vector<CaFiles>> living_cas(const config::Project& project, ledger::Ledger& ledger) {
  auto cas = cas_of(project);
  if (!cas) return cas;
  std::vector<CaFiles> living;
  for (auto& ca : *cas) {
    const auto gone = revoked(ca.certificate, ledger);
    if (!gone) return gone.error();
    if (!*gone) living.push_back(std::move(ca));
  }
  return living;
}

Status check_signers_known(const config::Project& project, const std::vector<CaFiles>& cas, ledger::Ledger& ledger) {
  for (const auto& ca : cas)
    if (ca.key_here && ca.signs_leaves)
      if (auto known = check_known(project, ca.certificate, ledger); !known) return known;
  return success();
}

Result<bool> rewrite_client_anchors(const config::Project& project, ledger::Ledger& ledger) {
  const auto cas = cas_of(project);
  if (!cas) return cas.error();
  std::optional<ossl::Certificate> root;
  ossl::Chain issuing;
  bool any = false;
  for (const auto& ca : *cas) {
    if (ca.name == "device-root") root = ca.certificate;
    if (!ca.for_devices || !ca.signs_leaves || ca.name == "device-root") continue;
    any = true;
    const auto gone = revoked(ca.certificate, ledger);
    if (!gone) return gone.error();
    if (!*gone) issuing.push_back(ca.certificate);
  }
  if (!root && !any) return false;
  if (any && issuing.empty())
    return Error{Errc::input, "every CA that signs for devices is revoked: broker/certs/client-ca.pem would be empty",
                 "make a new issuing CA first: ec200u-pki ca request"};
  const auto text = any ? client_anchors(issuing.front(), issuing) : root->pem();
  if (auto written = replace_file(project.broker_folder() / "certs/client-ca.pem", text, 0644); !written)
    return std::move(written).error();
  return true;
}

Result<std::vector<ossl::Crl>> published_lists(const config::Project& project) {
  std::error_code ignored;
  const auto file = project.folder / "ca/crl.pem";
  if (!fs::exists(file, ignored)) return std::vector<ossl::Crl>{};
  const auto text = read_file(file, 1U << 30U);
  if (!text) return text.error();
  auto lists = ossl::Crl::read_all(*text);
  if (!lists) return std::move(lists).error().in(file.string());
  return lists;
}

Result<std::vector<std::string>> write_lists(const config::Project& project, const std::vector<CaFiles>& cas,
                                             const std::vector<ossl::Crl>& lists, Instant now) {
  std::string all, for_broker;
  const bool devices = std::any_of(cas.begin(), cas.end(), [](const CaFiles& ca) { return ca.for_devices; });
  for (const auto& ca : cas)
    for (const auto& list : lists) {
      if (list.issuer_der() != ca.certificate.subject_der()) continue;
      if (!list.next_update() || *list.next_update() <= now)
        return Error{Errc::input,
                     "the CRL of " + ca.certificate.subject() + " ended " +
                         (list.next_update() ? rfc3339(*list.next_update()) : "at no known time") +
                         ": a broker that checks it refuses every client",
                     "sign it again where its key is: ec200u-pki crl; nothing was written"};
      if (list.this_update() > now)
        return Error{Errc::input,
                     "the CRL of " + ca.certificate.subject() + " begins " + rfc3339(list.this_update()) +
                         ": until then a broker that checks it refuses every client",
                     "set the clocks right, then sign it again where its key is: ec200u-pki crl --clock-was-ahead; "
                     "nothing was written"};
      const auto text = list.pem();
      all += text;
      if (ca.signs_leaves && ca.for_devices == devices) for_broker += text;
    }
  // The broker's copy first: a cut leaves the archive behind, never the broker ahead of what nobody has kept.
  if (!for_broker.empty())
    if (auto written = replace_file(project.broker_folder() / "certs/crl.pem", for_broker, 0644); !written)
      return std::move(written).error();
  if (auto written = replace_file(project.folder / "ca/crl.pem", all, 0644); !written)
    return std::move(written).error();
  std::vector<std::string> files{"ca/crl.pem"};
  if (!for_broker.empty()) files.emplace_back("broker/certs/crl.pem");
  return files;
}

}  // namespace epki::cli
