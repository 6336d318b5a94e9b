#include "core/text.hpp"
#include "pki/ossl/tls_client_hello.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void client_hello(std::string_view bytes) {
  (void)ossl::parse_client_hello(as_bytes(bytes));
}

}  // namespace epki::fuzz
