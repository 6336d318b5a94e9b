#pragma once
// For this room's own files: RSA key pairs, made faster than EVP_RSA_gen makes them.

#include "pki/ossl/handles.hpp"

namespace epki::ossl {

/// A two-prime key with e = 65537 and a modulus of exactly `bits` bits (FIPS 186-4, B.3.1 and B.3.3: random probable
/// primes of half that size, far enough apart, d above the square root of n). Null with OpenSSL's queue set when
/// that fails. EVP_RSA_gen builds its primes from auxiliary ones (B.3.6) and takes some three times as long.
KeyHandle generate_rsa(int bits);

}  // namespace epki::ossl
