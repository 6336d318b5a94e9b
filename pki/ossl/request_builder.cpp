#include "pki/ossl/request_builder.hpp"

#include <openssl/pem.h>

#include "pki/ossl/impl.hpp"

namespace epki::ossl {

Result<std::string> write_request(const Name& subject, const PrivateKey& key) {
  using NewRequest = std::unique_ptr<X509_REQ, Freed<X509_REQ_free>>;
  ERR_clear_error();
  const NewRequest request(X509_REQ_new());
  if (!request || X509_REQ_set_version(request.get(), X509_REQ_VERSION_1) != 1)
    return take_error(Errc::internal, "no memory for a certificate request");
  X509_NAME* name = X509_REQ_get_subject_name(request.get());
  for (const auto& [type, value] : subject)
    if (X509_NAME_add_entry_by_txt(name, type.c_str(), MBSTRING_UTF8,
                                   reinterpret_cast<const unsigned char*>(value.data()), static_cast<int>(value.size()),
                                   -1, 0) != 1)
      return take_error(Errc::internal, "OpenSSL refuses the subject's " + type);
  if (X509_REQ_set_pubkey(request.get(), native(key)) != 1)
    return take_error(Errc::internal, "OpenSSL refuses the key of the request");
  if (X509_REQ_sign(request.get(), native(key), EVP_sha256()) <= 0)
    return take_error(Errc::key, "the key could not sign its request");
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || PEM_write_bio_X509_REQ(out.get(), request.get()) != 1)
    return take_error(Errc::internal, "OpenSSL could not write the request");
  return std::string(content_of(out.get()));
}

}  // namespace epki::ossl
