#pragma once
// Name constraints of a CA (RFC 5280, 4.2.1.10) against the names of a certificate below it.

#include <optional>
#include <string>

#include "pki/ossl/certificate.hpp"

namespace epki::ossl {

/// A name that a CA's constraints do not let a certificate have.
struct NameOutside {
  std::string name;       ///< the name itself; empty where it is the constraints that cannot be applied
  std::string reason;     ///< OpenSSL's words: "permitted subtree violation"
  std::string permitted;  ///< the dNSNames and addresses that are permitted, in one line; may be empty
};

/// The first name of `one` that lies outside the name constraints of `ca`; nothing where all lie inside and where `ca`
/// has none that can be read. As OpenSSL judges it (openssl-verification-options, "Certificate Extensions"): subject,
/// subjectAltName, and the CN of an end-entity certificate without a dNSName where it reads like a host name. That the
/// two belong together, and RFC 5280's exception for self-issued CAs (6.1.3), are the caller's matter.
std::optional<NameOutside> name_outside(const Certificate& one, const Certificate& ca);

}  // namespace epki::ossl
