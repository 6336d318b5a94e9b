// For a build without libp11.

#include "pki/ossl/token.hpp"

namespace epki::ossl {

Result<PrivateKey> open_token_key(const TokenUri& uri, const Secret& /*pin*/) {
  return Error{Errc::input,
               "this ec200u-pki was built without PKCS#11 tokens (libp11), and the key is in one: " + uri.text,
               "use a build with them (EPKI_PKCS11=ON)"};
}

}  // namespace epki::ossl
