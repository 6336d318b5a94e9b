#pragma once
// For this room's own files: what a certificate is for, read from the certificate.

#include "pki/lint/seen.hpp"

namespace epki::lint {

/// `issues`: it is known to be the issuer of another certificate, whatever it says of itself.
Use use_of(const ossl::CertificateFacts& facts, bool issues);

}  // namespace epki::lint
