#include <mbedtls/oid.h>
#include <mbedtls/x509_crt.h>

#include "verify/probe/tests/ask.hpp"

namespace epki::probe::testing {

namespace {

class List {
 public:
  List() { mbedtls_x509_crt_init(&list_); }
  ~List() { mbedtls_x509_crt_free(&list_); }
  List(const List&) = delete;
  List& operator=(const List&) = delete;
  bool add(const ossl::Certificate& certificate) {
    const auto& der = certificate.der();
    return mbedtls_x509_crt_parse_der(&list_, reinterpret_cast<const unsigned char*>(der.data()), der.size()) == 0;
  }
  mbedtls_x509_crt* get() { return &list_; }

 private:
  mbedtls_x509_crt list_{};
};

}  // namespace

std::uint32_t mbedtls_flags(const Asked& asked) {
  List chain, anchors;
  std::uint32_t flags = 0;
  for (const auto& one : asked.chain)
    if (!chain.add(one)) return ~flags;
  anchors.add(asked.bound);
  mbedtls_x509_crt_verify(chain.get(), anchors.get(), nullptr, asked.host.c_str(), &flags, nullptr, nullptr);
  return flags;
}

bool mbedtls_accepts(const Asked& asked) {
  List chain, anchors;
  for (const auto& one : asked.chain) {
    if (!chain.add(one)) return false;  // its TLS layer refuses a list that it cannot read
  }
  anchors.add(asked.bound);  // what it cannot read is not there
  std::uint32_t flags = 0;
  if (mbedtls_x509_crt_verify(chain.get(), anchors.get(), nullptr, asked.host.c_str(), &flags, nullptr, nullptr) != 0)
    return false;
  constexpr const char* server = MBEDTLS_OID_SERVER_AUTH;
  return mbedtls_x509_crt_check_key_usage(chain.get(), MBEDTLS_X509_KU_DIGITAL_SIGNATURE) == 0 &&
         mbedtls_x509_crt_check_extended_key_usage(chain.get(), server, MBEDTLS_OID_SIZE(MBEDTLS_OID_SERVER_AUTH)) == 0;
}

}  // namespace epki::probe::testing
