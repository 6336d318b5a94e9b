#pragma once
// The CAs of a project: made, recorded and written, for `init` and for the devices' root that is made when it is first
// needed.

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/token.hpp"

namespace epki::cli {

/// A CA and where its files go below ca/.
struct MadeCa {
  std::string file;  ///< "root"
  std::string kind;  ///< in the ledger
  ca::Identity identity;
  std::optional<ossl::TokenUri> token{};  ///< where its key is, when that is not here
};

/// A CA's key that is in a token already.
struct TokenKey {
  std::string file;  ///< "root", "device-root", "standby-root", "issuing-server", "issuing-device"
  ossl::TokenUri uri;
  ossl::PrivateKey key;
};
using TokenKeys = std::vector<TokenKey>;

/// A root and, with ca.issuing, the CA below it, appended in that order: what signs end-entity certificates comes last.
/// Blocks for the making of one or two keys.
Status mint_hierarchy(const config::Project& project, ca::Purpose purpose, ossl::KeyType key, Context& context,
                      const TokenKeys& tokens, std::vector<MadeCa>& into);

/// The root that follows the first one day, unrelated to it. Blocks for the making of a key.
Result<MadeCa> mint_standby(const config::Project& project, ossl::KeyType key, const TokenKeys& tokens,
                            Context& context);

/// What goes into the CA's key file: the key, encrypted or (`passphrase` null) plain, or where in a token it is.
Result<Secret> key_file_text(const MadeCa& made, const Secret* passphrase);

/// The key's PEM: encrypted, or plain when `passphrase` is null.
Result<Secret> key_text(const ossl::PrivateKey& key, const Secret* passphrase);

/// What goes into client-ca.pem, whom the broker lets issue client certificates: the devices' root, or, where they come
/// from issuing CAs, each of those as an anchor of its own and the root not at all. Mosquitto checks the CRL for
/// end-entity certificates only, so a stolen issuing CA is removed by taking it out of this file.
std::string client_anchors(const ossl::Certificate& device_root, const ossl::Chain& issuing);

}  // namespace epki::cli
