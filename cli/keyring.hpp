#pragma once
// The keys a command opens, one after the other, with as few questions as possible: a project's CA keys share a
// passphrase as a rule, so one that opened the last key is tried on the next before anybody is asked.

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/key.hpp"
#include "pki/ossl/token.hpp"

namespace epki::cli {

class Keyring {
 public:
  Keyring(const PassphraseOptions& options, Context& context) : options_(options), context_(context) {}

  /// Reads a key file. `what` is how questions and errors call it. Errors of open_ca.
  Result<ossl::PrivateKey> open(const std::filesystem::path& file, std::string_view what);

  /// Opens a key in a token. The PIN comes from the URI's pin-source, or the way a passphrase does; asked once a token.
  Result<ossl::PrivateKey> open_token(const ossl::TokenUri& uri);

  /// The passphrase that opened an encrypted key last, if any was needed.
  const Secret* passphrase() const { return known_ ? &*known_ : nullptr; }

  const PassphraseOptions& options() const { return options_; }
  Context& context() const { return context_; }

 private:
  const PassphraseOptions& options_;
  Context& context_;
  std::optional<Secret> known_{};
  std::vector<std::pair<std::string, Secret>> pins_{};  ///< by token
};

}  // namespace epki::cli
