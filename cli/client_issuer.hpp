#pragma once
// Device certificates for `provision`: the devices' CA is opened when the first one is needed, and once.

#include <filesystem>
#include <memory>
#include <optional>
#include <string>

#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "pki/ossl/key.hpp"
#include "pki/profile/profile.hpp"
#include "provision/plan/client.hpp"

namespace epki::cli {

struct ClientIssuerOptions {
  PassphraseOptions passphrase{};
  std::optional<std::string> key{};              ///< key type; none: the project's ca.key
  std::optional<std::string> profile{};          ///< name or file; none: "device"
  std::size_t keys_ahead = 0;                    ///< so many are made before they are asked for (keys_ahead.hpp)
  std::shared_ptr<const Secret> key_password{};  ///< keys are encrypted under it; null: they are not
};

/// The password of device keys: the file's text without the spaces around it. Errors of reading the file; whether a
/// modem takes it is checked where it is used (ec200u::Modem::use_key_password()).
Result<std::shared_ptr<const Secret>> read_key_password(const std::filesystem::path& file);

/// A function that may be called from several threads; `project` and `context` must outlive it. Errors of it are those
/// of open_ca() and ca::mint_client().
plan::IssueClient make_client_issuer(const config::Project& project, ClientIssuerOptions options, Context& context);

/// The same, with the passphrase asked for and the CA opened now: a line must not stop at its first board to ask.
Result<plan::IssueClient> open_client_issuer(const config::Project& project, ClientIssuerOptions options,
                                             Context& context);

}  // namespace epki::cli
