#pragma once
// Certificates for keys that were made elsewhere: what a certificate request (CSR) gets.

#include "core/result.hpp"
#include "pki/ca/authority.hpp"
#include "pki/ca/csr.hpp"

namespace epki::ca {

/// As mint_client and mint_server, for the key of a request that was granted. Errors as theirs.
Result<ossl::Certificate> sign_client(const profile::Profile& profile, const GrantedClient& granted,
                                      std::chrono::days lifetime, const Identity& issuer, World world);
Result<ossl::Certificate> sign_server(const profile::Profile& profile, const GrantedServer& granted,
                                      std::chrono::days lifetime, const Identity& issuer, World world);

/// An issuing CA for the key of a request, below `root`: as mint_issuing. `label` tells several apart: CN="<name>
/// device issuing <label>".
Result<ossl::Certificate> sign_issuing(const profile::Profile& profile, std::string_view name, Purpose purpose,
                                       std::string_view label, const ossl::PublicKey& key, std::chrono::days lifetime,
                                       const Identity& root, World world);

}  // namespace epki::ca
