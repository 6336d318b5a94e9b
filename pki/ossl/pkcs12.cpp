#include "pki/ossl/pkcs12.hpp"

#include <openssl/pkcs12.h>

#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

constexpr int rounds = 600000;

using StoreHandle = std::unique_ptr<PKCS12, Freed<PKCS12_free>>;

}  // namespace

Result<Secret> pkcs12(const Certificate& certificate, const PrivateKey& key, const Chain& above,
                      std::string_view friendly, const Secret& passphrase) {
  if (passphrase.empty())
    return Error{Errc::key, "an empty passphrase protects nothing", "choose one of at least a few words"};
  if (!key.matches(certificate))
    return Error{Errc::key, "the key is not the one of " + certificate.subject(),
                 "check that the two files belong together"};
  ERR_clear_error();
  const StackHandle cas(sk_X509_new_null());
  for (const auto& one : above)
    if (!cas || sk_X509_push(cas.get(), native(one)) <= 0) return take_error(Errc::internal, "no memory for the chain");
  Secret terminated(passphrase.size() + 1);  // OpenSSL wants a C string here
  std::copy(passphrase.view().begin(), passphrase.view().end(), reinterpret_cast<char*>(terminated.bytes().data()));
  const std::string name(friendly);
  const StoreHandle store(PKCS12_create(terminated.view().data(), name.c_str(), native(key), native(certificate),
                                        cas.get(), NID_aes_256_cbc, NID_aes_256_cbc, rounds, -1, 0));
  // The MAC's own derivation (RFC 7292, appendix B) is not PBKDF2; more rounds than this some readers refuse.
  if (!store || PKCS12_set_mac(store.get(), terminated.view().data(), -1, nullptr, 0, rounds / 6, EVP_sha256()) != 1)
    return take_error(Errc::internal, "OpenSSL could not make the PKCS#12 file");
  const BioHandle out(BIO_new(BIO_s_secmem()));
  if (!out || i2d_PKCS12_bio(out.get(), store.get()) != 1)
    return take_error(Errc::internal, "OpenSSL could not write the PKCS#12 file");
  return Secret(content_of(out.get()));
}

}  // namespace epki::ossl
