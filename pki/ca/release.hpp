#pragma once
// The last look before a certificate leaves the authority.

#include <optional>
#include <string>

#include "core/result.hpp"
#include "pki/ca/authority.hpp"

namespace epki::ca {

/// Errc::input when the certificate breaks an error rule of lint under `issuers` (the issuer first, the root last;
/// empty for a root): it is then neither recorded nor written. `host` is the name the modems will dial, for the
/// broker's.
Status refuse_what_lint_refuses(const ossl::Certificate& certificate, const profile::Profile& profile,
                                const ossl::Chain& issuers, Instant now, std::optional<std::string> host = {});

}  // namespace epki::ca
