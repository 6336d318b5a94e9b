#include "cli/page_identity.hpp"

#include <algorithm>

#include "core/file.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/builder.hpp"
#include "provision/station/page_rules.hpp"

namespace epki::cli {

namespace {

constexpr std::chrono::days lifetime{397};
constexpr std::chrono::days renew_before{30};

// The names by which browsers may call the page.
std::vector<std::string> names_of(const station::PagePlace& place) {
  std::vector<std::string> names = place.names;
  if (place.address != "0.0.0.0" && place.address != "::") names.push_back(place.address);
  return names;
}

bool still_good(const std::filesystem::path& file, const std::vector<std::string>& names, Instant now) {
  const auto pem = read_file(file);
  if (!pem) return false;
  const auto certificate = ossl::Certificate::from_pem(*pem);
  if (!certificate || certificate->not_after() < now + renew_before) return false;
  auto held = certificate->dns_names();
  for (auto& address : certificate->ip_addresses()) held.push_back(std::move(address));
  return std::all_of(names.begin(), names.end(),
                     [&](const std::string& name) { return std::find(held.begin(), held.end(), name) != held.end(); });
}

std::string alternative_names(const std::vector<std::string>& names) {
  std::string text;
  for (const auto& name : names)
    text += (text.empty() ? "" : ",") + std::string(ca::is_ip_address(name) ? "IP:" : "DNS:") + name;
  return text;
}

}  // namespace

Status give_page_an_identity(station::PagePlace& place, const config::Project& project, Context& context) {
  if (station::is_loopback(place.address)) return success();
  const auto names = names_of(place);
  if (names.empty())
    return Error{Errc::usage, "under which name do browsers reach this page?",
                 "give --name NAME beside --listen " + place.address + ": it goes into the page's certificate"};
  if (auto made = make_folder(project.state_folder(), 0700); !made) return made;
  const auto certificate_file = project.state_folder() / "page.pem";
  const auto key_file = project.state_folder() / "page.key";
  place.certificate_file = certificate_file.string();
  place.key_file = key_file.string();
  if (still_good(certificate_file, names, context.clock.now())) return success();

  auto key = ossl::PrivateKey::generate(ossl::KeyType::ec_p256);
  if (!key) return std::move(key).error();
  ossl::CertificateSpec spec;
  spec.subject = {{"CN", "ec200u-pki station page"}};
  spec.serial = ca::random_serial(context.random);
  spec.not_before = context.clock.now() - std::chrono::days(1);
  spec.not_after = context.clock.now() + lifetime;
  spec.extensions = {{"basicConstraints", "CA:FALSE", true},
                     {"keyUsage", "digitalSignature", true},
                     {"extendedKeyUsage", "serverAuth"},
                     {"subjectKeyIdentifier", "hash"},
                     {"subjectAltName", alternative_names(names)}};
  auto certificate = ossl::build(spec, *key, {std::nullopt, *key});
  if (!certificate) return std::move(certificate).error();
  auto pem = key->to_pem();
  if (!pem) return std::move(pem).error();
  if (auto written = replace_file(key_file, pem->view(), 0600); !written) return written;
  if (auto written = replace_file(certificate_file, certificate->pem(), 0644); !written) return written;
  context.reporter.step("made a certificate for the page, " + certificate_file.string() + ", SHA-256 " +
                        certificate->sha256() + ": compare it when the browser asks");
  return success();
}

}  // namespace epki::cli
