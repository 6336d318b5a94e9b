#pragma once

namespace epki::ossl {

/// OpenSSL frees all it holds when a program ends, which the system does anyway: without that every command ends half a
/// millisecond earlier. Before anything else of this room is used (OPENSSL_init_crypto(3)).
void no_cleanup_at_exit() noexcept;

}  // namespace epki::ossl
