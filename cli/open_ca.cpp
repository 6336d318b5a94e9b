#include "cli/open_ca.hpp"

#include <system_error>

#include "core/file.hpp"

namespace epki::cli {

namespace fs = std::filesystem;

namespace {

Result<ossl::Certificate> read_certificate(const fs::path& file) {
  auto pem = read_file(file);
  if (!pem) return std::move(pem).error();
  auto certificate = ossl::Certificate::from_pem(*pem);
  if (!certificate) return std::move(certificate).error().during("reading " + file.string());
  return certificate;
}

}  // namespace

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
    certificate_file = devices ? project.issuing_device_certificate() : project.issuing_server_certificate();
    key_file = devices ? project.issuing_device_key() : project.issuing_server_key();
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
