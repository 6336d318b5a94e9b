#pragma once
// What of a certificate request goes into a certificate: its public key, and the names it is for. Nothing else is ever
// taken over, whatever it asks for. Pure: no clock, no files, no CA key.

#include <string>
#include <string_view>
#include <vector>

#include "core/result.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ossl/public_key.hpp"
#include "pki/ossl/request.hpp"
#include "pki/profile/profile.hpp"

namespace epki::ca {

struct GrantedServer {
  ossl::PublicKey key;
  ServerNames names;
  std::vector<std::string> passed_over;  ///< what it asked for and does not get, in words: "basicConstraints"
};

struct GrantedClient {
  ossl::PublicKey key;
  std::string name;  ///< the CN: the user name at the broker
  std::vector<std::string> passed_over;
};

/// `request` has shown that its sender holds the key (ossl::read_request checks). `names`, when it is not empty, is
/// what the operator says the certificate is for, and the request's own names do not count. Otherwise they are its
/// dNSName and iPAddress entries, or without a subjectAltName its CN. Errc::input when the key is of a type that the
/// profile does not accept or nobody here makes, for an RSA exponent other than 65537, for a signature with SHA-1 or
/// MD5, and when no usable name is left; Errc::usage when one of `names` is unusable.
Result<GrantedServer> grant_server(const ossl::Request& request, const profile::Profile& profile,
                                   const ServerNames& names);

/// The same for a device: `name` or, when it is empty, the request's one CN. The rules for it are those of mint_client.
Result<GrantedClient> grant_client(const ossl::Request& request, const profile::Profile& profile,
                                   std::string_view name);

}  // namespace epki::ca
