#include "pki/ossl/certificate.hpp"
#include "core/text.hpp"
#include "pki/ossl/certificate_facts.hpp"
#include "pki/ossl/der.hpp"
#include "pki/ossl/public_key.hpp"
#include "pki/ossl/request.hpp"
#include "pki/ossl/revocation_list.hpp"
#include "tests/fuzz/targets.hpp"

namespace epki::fuzz {

void certificate(std::string_view bytes) {
  const auto der = as_bytes(bytes);
  (void)ossl::der_defect(der);
  (void)ossl::certificate_facts(der);
  (void)ossl::Certificate::from_der(der);
  (void)ossl::read_request(bytes);
  (void)ossl::revocation_list_facts(der);
  (void)ossl::PublicKey::from_der(der);
  (void)ossl::folded_name(der);
}

}  // namespace epki::fuzz
