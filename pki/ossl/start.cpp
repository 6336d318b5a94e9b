#include "pki/ossl/start.hpp"

#include <openssl/crypto.h>

namespace epki::ossl {

void no_cleanup_at_exit() noexcept {
  OPENSSL_init_crypto(OPENSSL_INIT_NO_ATEXIT, nullptr);
}

}  // namespace epki::ossl
