#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>

#include <memory>

#include "verify/probe/tests/ask.hpp"

namespace epki::probe::testing {

namespace {

using Certificate = std::unique_ptr<X509, decltype(&X509_free)>;

Certificate native(const ossl::Certificate& certificate) {
  const auto* at = reinterpret_cast<const unsigned char*>(certificate.der().data());
  return {d2i_X509(nullptr, &at, static_cast<long>(certificate.der().size())), X509_free};
}

}  // namespace

bool openssl_accepts(const Asked& asked) {
  const auto bound = native(asked.bound), leaf = native(asked.chain.front());
  if (!bound || !leaf) return false;
  const std::unique_ptr<X509_STORE, decltype(&X509_STORE_free)> store(X509_STORE_new(), X509_STORE_free);
  X509_STORE_add_cert(store.get(), bound.get());
  const std::unique_ptr<STACK_OF(X509), void (*)(STACK_OF(X509)*)> others(
      sk_X509_new_null(), [](STACK_OF(X509) * stack) { sk_X509_pop_free(stack, X509_free); });
  for (std::size_t i = 1; i < asked.chain.size(); ++i) {
    auto one = native(asked.chain[i]);
    if (!one) return false;
    sk_X509_push(others.get(), one.release());
  }
  const std::unique_ptr<X509_STORE_CTX, decltype(&X509_STORE_CTX_free)> context(X509_STORE_CTX_new(),
                                                                                X509_STORE_CTX_free);
  X509_STORE_CTX_init(context.get(), store.get(), leaf.get(), others.get());
  X509_STORE_CTX_set_default(context.get(), "ssl_server");
  auto* parameters = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_auth_level(parameters, 1);
  X509_VERIFY_PARAM_set1_host(parameters, asked.host.c_str(), asked.host.size());
  return X509_verify_cert(context.get()) == 1;
}

}  // namespace epki::probe::testing
