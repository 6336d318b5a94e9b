#include "cli/keyring.hpp"

#include "core/file.hpp"

namespace epki::cli {

Result<ossl::PrivateKey> Keyring::open(const std::filesystem::path& file, std::string_view what) {
  auto read = read_file(file, 1U << 20U);
  if (!read) return std::move(read).error();
  // An unencrypted key is a secret: what passed through a string is wiped, and what is kept is locked memory.
  const Secret pem{*read};
  wipe(std::as_writable_bytes(std::span(*read)));
  const auto opened = [&](const Secret* passphrase) -> Result<ossl::PrivateKey> {
    auto key = ossl::PrivateKey::from_pem(pem.view(), passphrase);
    if (!key) return std::move(key).error().in(file.string());
    return key;
  };
  auto token = ossl::token_in_key_file(pem.view());
  if (!token) return std::move(token).error().in(file.string());
  if (*token) return open_token(**token);
  if (!ossl::PrivateKey::is_encrypted(pem.view())) return opened(nullptr);
  if (known_)
    if (auto key = opened(&*known_)) return key;
  auto passphrase = existing_passphrase(options_, what, context_);
  if (!passphrase) return std::move(passphrase).error();
  auto key = opened(&*passphrase);
  if (key) known_ = *std::move(passphrase);
  return key;
}

Result<ossl::PrivateKey> Keyring::open_token(const ossl::TokenUri& uri) {
  const std::string token = uri.module_path + ";" + uri.token + ";" + uri.serial + ";" + uri.pin_source;
  for (const auto& [name, pin] : pins_)
    if (name == token) return ossl::open_token_key(uri, pin);
  const PassphraseOptions from_source{uri.pin_source, std::nullopt, std::nullopt};
  auto pin = existing_passphrase(uri.pin_source.empty() ? options_ : from_source,
                                 "token " + (uri.token.empty() ? uri.text : uri.token) + " (its PIN)", context_);
  if (!pin) return std::move(pin).error();
  auto key = ossl::open_token_key(uri, *pin);
  if (key) pins_.emplace_back(token, *std::move(pin));
  return key;
}

}  // namespace epki::cli
