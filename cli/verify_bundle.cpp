#include "cli/verify_bundle.hpp"

#include <filesystem>

#include "cli/keyring.hpp"
#include "cli/verify_output.hpp"
#include "cli/version.hpp"
#include "core/file.hpp"
#include "pki/ossl/rare_key.hpp"
#include "pki/ossl/signature.hpp"
#include "verify/bundle/assemble.hpp"

namespace epki::cli {

namespace {

namespace fs = std::filesystem;

Result<ossl::PrivateKey> evidence_key(const config::Project& project, const Context& context) {
  const auto file = project.state_folder() / "evidence.key";
  std::error_code failed;
  if (fs::exists(file, failed)) {
    auto text = read_file(file);
    if (!text) return std::move(text).error();
    const Secret pem(*std::move(text));
    auto key = ossl::PrivateKey::from_pem(pem.view(), nullptr);
    if (!key) return Error{Errc::key, file.string() + ": " + key.error().what, "name another key with --sign-key"};
    return key;
  }
  if (auto made = make_folder(project.state_folder(), 0700); !made) return std::move(made).error();
  auto key = ossl::generate_rare("ed25519");
  if (!key) return key;
  const auto pem = key->to_pem();
  if (!pem) return pem.error();
  if (auto written = write_new_file(file, pem->view(), 0600); !written) return std::move(written).error();
  context.reporter.step("made the key that signs evidence of this project: " + file.string());
  return key;
}

}  // namespace

Result<BundleKeeper> BundleKeeper::prepare(const BundleOptions& options, const config::Project& project,
                                           Context& context) {
  if (auto ready = check_new_file(*options.file); !ready) return std::move(ready).error();
  if (!options.sign_key) {
    auto key = evidence_key(project, context);
    if (!key) return std::move(key).error();
    return BundleKeeper(*options.file, *std::move(key));
  }
  Keyring keyring(options.passphrase, context);
  auto key = keyring.open(*options.sign_key, *options.sign_key);
  if (!key) return std::move(key).error();
  return BundleKeeper(*options.file, *std::move(key));
}

std::function<void(std::string_view)> BundleKeeper::sink() {
  return [log = log_](std::string_view line) { log->emplace_back(line); };
}

std::function<std::size_t()> BundleKeeper::line_counter() {
  return [log = log_] { return log->size(); };
}

Result<BundleKeeper::Written> BundleKeeper::write(const trial::Report& report, const std::string& repeat,
                                                  std::uint16_t port, const Context& context) const {
  const auto now = context.clock.now();
  const std::string tool = "ec200u-pki " + std::string(version);
  auto sealed = bundle::seal(bundle::assemble(report, {{tool, rfc3339(now), repeat}, *log_, port}), key_, tool, now);
  if (!sealed) return std::move(sealed).error();
  if (auto written = publish_new_file(file_, *sealed, 0644); !written) return std::move(written).error();
  auto signer = ossl::public_fingerprint(ossl::public_pem(key_));
  if (!signer) return std::move(signer).error();
  return Written{file_, *std::move(signer)};
}

}  // namespace epki::cli
