#include "pki/ossl/envelope.hpp"

#include <openssl/cms.h>

#include <cstring>
#include <span>

#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using EnvelopeHandle = std::unique_ptr<CMS_ContentInfo, Freed<CMS_ContentInfo_free>>;

// CMS takes the passphrase over and wipes it.
Status add_passphrase(CMS_ContentInfo* envelope, const Secret& passphrase) {
  const auto size = passphrase.size();
  auto* copy = static_cast<unsigned char*>(OPENSSL_malloc(size));
  if (copy == nullptr) return Error{Errc::internal, "no memory for the passphrase"};
  std::memcpy(copy, passphrase.view().data(), size);
  if (CMS_add0_recipient_password(envelope, envelope_rounds, NID_id_alg_PWRI_KEK, NID_id_pbkdf2, copy,
                                  static_cast<ossl_ssize_t>(size), EVP_aes_256_cbc()) != nullptr)
    return success();
  OPENSSL_clear_free(copy, size);
  return take_error(Errc::internal, "OpenSSL could not set up the encryption");
}

}  // namespace

Result<std::string> seal_envelope(std::string_view bytes, const Secret& passphrase) {
  if (passphrase.empty())
    return Error{Errc::key, "an empty passphrase protects nothing", "choose one of at least a few words"};
  ERR_clear_error();
  const EnvelopeHandle envelope(CMS_AuthEnvelopedData_create(EVP_aes_256_gcm()));
  if (!envelope || CMS_set_detached(envelope.get(), 0) != 1)
    return take_error(Errc::internal, "OpenSSL could not set up the encryption");
  if (auto added = add_passphrase(envelope.get(), passphrase); !added) return std::move(added).error();
  const auto in = reading(bytes);
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!in || !out || CMS_final(envelope.get(), in.get(), nullptr, CMS_BINARY) != 1 ||
      i2d_CMS_bio(out.get(), envelope.get()) != 1)
    return take_error(Errc::internal, "OpenSSL could not encrypt");
  return std::string(content_of(out.get()));
}

Result<std::string> open_envelope(std::string_view der, const Secret& passphrase) {
  ERR_clear_error();
  const auto in = reading(der);
  const EnvelopeHandle envelope(in ? d2i_CMS_bio(in.get(), nullptr) : nullptr);
  if (!envelope || OBJ_obj2nid(CMS_get0_type(envelope.get())) != NID_id_smime_ct_authEnvelopedData)
    return take_error(Errc::input, "the file is no backup, or it is cut off",
                      "a file that ec200u-pki backup wrote is expected");
  // OpenSSL does not write to it.
  auto* text = reinterpret_cast<unsigned char*>(const_cast<char*>(passphrase.view().data()));
  if (CMS_decrypt_set1_password(envelope.get(), text, static_cast<ossl_ssize_t>(passphrase.size())) != 1)
    return take_error(Errc::key, "the passphrase does not open the backup",
                      "check the passphrase; it is the one that was given when the backup was made");
  const BioHandle out(BIO_new(BIO_s_secmem()));
  if (!out || CMS_decrypt(envelope.get(), nullptr, nullptr, nullptr, out.get(), CMS_BINARY) != 1)
    return take_error(Errc::input, "the backup was altered or is damaged: its seal does not hold",
                      "use another copy of it");
  return std::string(content_of(out.get()));
}

}  // namespace epki::ossl
