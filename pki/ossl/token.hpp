#pragma once
// Keys in a PKCS#11 token (an HSM, a smart card): named by a URI (RFC 7512), used where they are.
//
// A key file of ours may hold, in place of a key, one line of TOML that says where it is:
//   key = "pkcs11:token=plant;object=root?module-path=/usr/lib/softhsm/libsofthsm2.so"

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "core/secret.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

struct TokenUri {
  std::string text;             ///< as it was given
  std::string token{};          ///< label of the token; empty: any
  std::string serial{};         ///< of the token; empty: any
  std::string object{};         ///< label of the key; empty: any
  std::vector<std::byte> id{};  ///< CKA_ID of the key; empty: any
  std::string module_path{};    ///< of the PKCS#11 library; empty: p11-kit's proxy, which finds all registered ones
  std::string pin_source{};     ///< a file whose first line is the PIN; empty: asked for
};

/// Errc::usage for what is no such URI, for one that names no key, for an attribute that is not understood, and for
/// pin-value: a PIN in a file or on a command line is no secret.
Result<TokenUri> parse_token_uri(std::string_view text);

/// The URI in a key file that refers to a token; nothing for any other text. Errc::input when it is no good.
Result<std::optional<TokenUri>> token_in_key_file(std::string_view text);
/// Such a file.
std::string key_file_for(const TokenUri& uri);

/// Logs in and finds the key. It stays in the token; what it signs costs a call to the token. Errc::key when the module
/// cannot be loaded, no token or key fits or several do, and for a wrong PIN: after a few of those tokens lock
/// themselves, so it is tried once.
Result<PrivateKey> open_token_key(const TokenUri& uri, const Secret& pin);

}  // namespace epki::ossl
