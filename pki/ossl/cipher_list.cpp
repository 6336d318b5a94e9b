#include "pki/ossl/cipher_list.hpp"

#include <openssl/ssl.h>

#include "pki/ossl/handles.hpp"

namespace epki::ossl {

Result<std::vector<CipherSuite>> expand_cipher_list(std::string_view text) {
  using Tls = std::unique_ptr<SSL_CTX, Freed<SSL_CTX_free>>;
  ERR_clear_error();
  const Tls context(SSL_CTX_new(TLS_server_method()));
  if (!context) return take_error(Errc::internal, "OpenSSL could not make a TLS context");
  const std::string list(text);
  if (!list.empty() && SSL_CTX_set_cipher_list(context.get(), list.c_str()) != 1)
    return take_error(Errc::input, "the cipher list \"" + list + "\" selects no cipher suite",
                      "openssl ciphers -v '" + list + "' shows what a list stands for");
  std::vector<CipherSuite> suites;
  const STACK_OF(SSL_CIPHER)* all = SSL_CTX_get_ciphers(context.get());
  for (int i = 0; i < sk_SSL_CIPHER_num(all); ++i) {
    const SSL_CIPHER* one = sk_SSL_CIPHER_value(all, i);
    if (std::string_view(SSL_CIPHER_get_version(one)) == "TLSv1.3") continue;
    const int with = SSL_CIPHER_get_auth_nid(one);
    suites.push_back(
        {SSL_CIPHER_get_protocol_id(one), SSL_CIPHER_get_name(one), with == NID_auth_rsa, with == NID_auth_ecdsa});
  }
  return suites;
}

}  // namespace epki::ossl
