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
    if (!key) return std::move(key).error().during("reading " + file.string());
    return key;
  };
  if (!ossl::PrivateKey::is_encrypted(pem.view())) return opened(nullptr);
  if (known_)
    if (auto key = opened(&*known_)) return key;
  auto passphrase = existing_passphrase(options_, what, context_);
  if (!passphrase) return std::move(passphrase).error();
  auto key = opened(&*passphrase);
  if (key) known_ = *std::move(passphrase);
  return key;
}

}  // namespace epki::cli
