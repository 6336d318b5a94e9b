#include "pki/ossl/trust_store.hpp"

#include <openssl/x509.h>

#include <array>
#include <cstdlib>
#include <span>

#include "pki/ossl/facts.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using Store = std::unique_ptr<X509_STORE, Freed<X509_STORE_free>>;
using StoreContext = std::unique_ptr<X509_STORE_CTX, Freed<X509_STORE_CTX_free>>;

Result<Certificate> value_of(X509* certificate) {
  unsigned char* bytes = nullptr;
  const int size = i2d_X509(certificate, &bytes);
  if (size <= 0) return take_error(Errc::internal, "a certificate could not be encoded");
  auto value = Certificate::from_der(std::as_bytes(std::span(bytes, static_cast<std::size_t>(size))));
  OPENSSL_free(bytes);
  return value;
}

std::string name_at_end(X509_STORE_CTX* context) {
  X509* const last = X509_STORE_CTX_get_current_cert(context);
  return last == nullptr ? std::string("the leaf's issuer") : name_text(X509_get_issuer_name(last));
}

Error no_way(X509_STORE_CTX* context) {
  const int why = X509_STORE_CTX_get_error(context);
  switch (why) {
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT:
    case X509_V_ERR_UNABLE_TO_GET_ISSUER_CERT_LOCALLY:
    case X509_V_ERR_UNABLE_TO_VERIFY_LEAF_SIGNATURE:
      return {Errc::input,
              "the chain ends before a root: " + name_at_end(context) + " is neither sent nor a known root",
              "the server leaves out an intermediate, or its root is not a public one; give the root with --roots"};
    case X509_V_ERR_DEPTH_ZERO_SELF_SIGNED_CERT:
    case X509_V_ERR_SELF_SIGNED_CERT_IN_CHAIN:
      return {Errc::input, "the chain ends at a root of its own: " + name_at_end(context),
              "that root is none of the system's; give it with --roots"};
    default:
      return {Errc::input,
              std::string("no way leads from the certificate to a known root: ") + X509_verify_cert_error_string(why),
              "give the root it leads to with --roots, and check that no intermediate is missing"};
  }
}

}  // namespace

Result<TrustStore> TrustStore::from_pem(std::string_view pem) {
  auto roots = chain_from_pem(pem);
  if (!roots) return std::move(roots).error();
  return TrustStore(std::move(*roots));
}

Result<Chain> TrustStore::complete(const Chain& presented) const {
  if (presented.empty()) return Error{Errc::input, "there is no certificate to start from", {}};
  ERR_clear_error();
  const Store store(X509_STORE_new());
  const StoreContext context(X509_STORE_CTX_new());
  const StackHandle others(sk_X509_new_null());
  if (!store || !context || !others) return take_error(Errc::internal, "out of memory");
  for (const auto& root : roots_) X509_STORE_add_cert(store.get(), native(root));  // one that comes twice is no harm
  for (const auto& certificate : presented) sk_X509_push(others.get(), native(certificate));
  X509* const leaf = native(presented.front());
  if (X509_STORE_CTX_init(context.get(), store.get(), leaf, others.get()) != 1)
    return take_error(Errc::internal, "OpenSSL cannot look for a path");
  X509_VERIFY_PARAM* const how = X509_STORE_CTX_get0_param(context.get());
  X509_VERIFY_PARAM_set_flags(how, X509_V_FLAG_NO_CHECK_TIME);
  X509_VERIFY_PARAM_set_auth_level(how, 0);
  const int found = X509_verify_cert(context.get());
  ERR_clear_error();
  if (found != 1) return no_way(context.get());
  Chain chain;
  STACK_OF(X509)* const path = X509_STORE_CTX_get0_chain(context.get());
  for (int i = 0; i < sk_X509_num(path); ++i) {
    auto certificate = value_of(sk_X509_value(path, i));
    if (!certificate) return std::move(certificate).error();
    chain.push_back(std::move(*certificate));
  }
  return chain;
}

Result<std::filesystem::path> system_roots_file() {
  const std::array<const char*, 6> places{std::getenv(X509_get_default_cert_file_env()),
                                          "/etc/ssl/certs/ca-certificates.crt",
                                          "/etc/pki/tls/certs/ca-bundle.crt",
                                          "/etc/ssl/ca-bundle.pem",
                                          "/etc/ssl/cert.pem",
                                          X509_get_default_cert_file()};
  for (const char* const place : places) {
    std::error_code failed;
    if (place != nullptr && std::filesystem::is_regular_file(place, failed)) return std::filesystem::path(place);
  }
  return Error{Errc::input, "this computer has no file of public root certificates",
               "install ca-certificates, or name a PEM file with --roots"};
}

}  // namespace epki::ossl
