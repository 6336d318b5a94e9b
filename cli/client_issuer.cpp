#include "cli/client_issuer.hpp"

#include <mutex>
#include <span>
#include <utility>

#include "cli/keys_ahead.hpp"
#include "cli/open_ca.hpp"
#include "core/file.hpp"
#include "core/text.hpp"
#include "pki/ca/authority.hpp"

namespace epki::cli {

namespace {

class ClientIssuer {
 public:
  ClientIssuer(const config::Project& project, ClientIssuerOptions options, Context& context)
      : project_(project), options_(std::move(options)), context_(context) {}

  Result<plan::IssuedClient> issue(const std::string& name) {
    {
      const std::lock_guard alone(guard_);  // one passphrase
      if (auto opened = open(); !opened) return std::move(opened).error();
    }
    // Not under the lock: the key takes longest, and nobody else has to wait for it.
    auto first = keys_->next();
    if (!first) return std::move(first).error();
    std::optional<ossl::PrivateKey> ready = *std::move(first);
    const auto new_key = [&]() -> Result<ossl::PrivateKey> {
      return ready ? *std::exchange(ready, std::nullopt) : keys_->next();
    };
    const std::lock_guard alone(guard_);  // one random source
    for (;;) {
      auto made = ca::mint_client(*profile_, name, type_, std::chrono::days(project_.ca.device_days), ca_->identity,
                                  {context_.clock, context_.random}, new_key);
      if (!made) return std::move(made).error();
      auto key = written(made->key);
      if (!key) return std::move(key).error();
      // +++ ends an upload on this modem (AT reference, 3): one key in some thousands is made anew.
      if (key->view().find("+++") != std::string_view::npos) continue;
      // The broker knows the issuing CA: what stands above the leaf need not be sent from a modem's small store.
      return plan::IssuedClient{made->certificate.pem(), *std::move(key),
                                ca::ledger_row(made->certificate, "device", name), options_.key_password != nullptr};
    }
  }

  Status open_now() {
    const std::lock_guard alone(guard_);
    return open();
  }

 private:
  Result<Secret> written(const ossl::PrivateKey& key) const {
    const bool traditional = profile_->key_form == profile::KeyForm::traditional;
    const auto* password = options_.key_password.get();
    if (password == nullptr) return traditional ? key.to_traditional_pem() : key.to_pem();
    return traditional ? key.to_traditional_pem_under(*password) : key.to_pem_under(*password);
  }

  Status open() {
    if (!keys_) {
      const auto type = ossl::key_type_named(options_.key.value_or(project_.ca.key), Errc::usage);
      if (!type) return type.error();
      type_ = *type;
      keys_.emplace(type_, options_.keys_ahead);
    }
    if (!profile_) {
      auto found = profile::find(options_.profile.value_or("device"));
      if (!found) return std::move(found).error();
      profile_ = *std::move(found);
    }
    if (ca_) return success();
    auto opened = open_ca(project_, ca::Purpose::client, options_.passphrase, context_);
    if (!opened) return std::move(opened).error();
    ca_.emplace(*std::move(opened));
    return success();
  }

  const config::Project& project_;
  ClientIssuerOptions options_;
  Context& context_;
  std::mutex guard_;
  ossl::KeyType type_{};
  std::optional<KeysAhead> keys_;
  std::optional<profile::Profile> profile_;
  std::optional<OpenCa> ca_;
};

}  // namespace

Result<std::shared_ptr<const Secret>> read_key_password(const std::filesystem::path& file) {
  auto text = read_file(file);
  if (!text) return std::move(text).error();
  auto password = std::make_shared<const Secret>(trimmed(*text));
  wipe(std::as_writable_bytes(std::span(*text)));
  return std::shared_ptr<const Secret>(std::move(password));
}

plan::IssueClient make_client_issuer(const config::Project& project, ClientIssuerOptions options, Context& context) {
  auto issuer = std::make_shared<ClientIssuer>(project, std::move(options), context);
  return [issuer](const std::string& name, const ec200u::Identity&) { return issuer->issue(name); };
}

Result<plan::IssueClient> open_client_issuer(const config::Project& project, ClientIssuerOptions options,
                                             Context& context) {
  auto issuer = std::make_shared<ClientIssuer>(project, std::move(options), context);
  if (auto opened = issuer->open_now(); !opened) return std::move(opened).error();
  return plan::IssueClient([issuer](const std::string& name, const ec200u::Identity&) { return issuer->issue(name); });
}

}  // namespace epki::cli
