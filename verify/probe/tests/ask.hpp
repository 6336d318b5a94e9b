#pragma once
// The three libraries asked about one trust case, each in a file of its own: this test is the one place where they
// meet.

#include "verify/probe/cases.hpp"

namespace epki::probe::testing {

/// What is bound, what is sent, and the name that was dialled; now is now (mbedTLS reads the clock itself).
struct Asked {
  ossl::Certificate bound;
  ossl::Chain chain;
  std::string host;
};

bool openssl_accepts(const Asked& asked);  ///< X509_verify_cert at authentication level 1, purpose TLS server
bool mbedtls_accepts(const Asked& asked);  ///< parsed as its TLS layer does, verified, then the leaf's usages
/// The same, as its verify flags; all set where it cannot read the list.
std::uint32_t mbedtls_flags(const Asked& asked);
bool botan_accepts(const Asked& asked);  ///< the oracle

}  // namespace epki::probe::testing
