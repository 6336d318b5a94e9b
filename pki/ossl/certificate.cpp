#include "pki/ossl/certificate.hpp"

#include <openssl/pem.h>

#include <limits>
#include <new>

#include "core/text.hpp"
#include "pki/ossl/der_writer.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/facts.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

constexpr std::string_view pem_hint = "a PEM block that begins with -----BEGIN CERTIFICATE----- is expected";

// One block of a PEM text. The content may be a private key in a bundle, so it is wiped.
struct Block {
  char* name = nullptr;
  char* header = nullptr;
  unsigned char* data = nullptr;
  long size = 0;

  Block() = default;
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;
  ~Block() {
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
  }
  bool is_certificate() const {
    return std::string_view(name) == PEM_STRING_X509 || std::string_view(name) == PEM_STRING_X509_OLD || is_trusted();
  }
  bool is_trusted() const { return std::string_view(name) == PEM_STRING_X509_TRUSTED; }
};

// A "TRUSTED CERTIFICATE" block has OpenSSL's trust settings behind the certificate.
std::span<const std::byte> without_trust_settings(const Block& block) {
  const auto all = std::as_bytes(std::span(block.data, static_cast<std::size_t>(block.size)));
  if (!block.is_trusted()) return all;
  const unsigned char* at = block.data;
  const CertificateHandle certificate(d2i_X509(nullptr, &at, block.size));
  return certificate ? all.first(static_cast<std::size_t>(at - block.data)) : all;
}

// Lines that begin a block, sound, damaged or cut off within the word BEGIN.
std::size_t begun_blocks(std::string_view pem) {
  std::size_t n = 0;
  for (const auto line : split(pem, '\n')) n += line.starts_with("-----B") ? 1U : 0U;
  return n;
}

Error damaged(std::size_t number) {
  return take_error(Errc::input, "PEM block " + std::to_string(number) + " is damaged or cut off: " + first_reason(),
                    "fetch the file again, and compare its SHA-256 with the original's");
}

void read_facts(Certificate::Impl& into) {
  const X509* x = into.handle.get();
  into.version = static_cast<int>(X509_get_version(x)) + 1;
  into.subject = name_text(X509_get_subject_name(x));
  into.issuer = name_text(X509_get_issuer_name(x));
  into.common_name = last_common_name(X509_get_subject_name(x));
  into.subject_der = name_der(X509_get_subject_name(x));
  into.issuer_der = name_der(X509_get_issuer_name(x));
  into.serial = serial_text(X509_get0_serialNumber(x));
  into.key = name_of(X509_get0_pubkey(x));
  into.digest = signature_digest(x);
  into.is_ca = has_ca_true(x);
  auto names = alternative_names(x);
  into.dns_names = std::move(names.dns);
  into.ip_addresses = std::move(names.ips);
}

}  // namespace

Result<Certificate> Certificate::from_der(std::span<const std::byte> der) {
  ERR_clear_error();
  if (der.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{Errc::input, "a certificate of more than 2 GiB is none"};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  auto impl = std::make_shared<Impl>();
  impl->handle.reset(der.empty() ? nullptr : d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!impl->handle) return take_error(Errc::input, "the bytes are no X.509 certificate");
  if (at != end)
    return Error{Errc::input,
                 counted(static_cast<std::size_t>(end - at), "byte") + (end - at == 1 ? " follows" : " follow") +
                     " the end of the certificate",
                 "have it copied again: DER holds nothing behind the certificate"};
  const auto begin = instant_of(X509_get0_notBefore(impl->handle.get()));
  const auto expiry = instant_of(X509_get0_notAfter(impl->handle.get()));
  if (!begin || !expiry) return take_error(Errc::input, "the certificate's validity dates are no dates");
  impl->not_before = *begin;
  impl->not_after = *expiry;
  impl->der.assign(der.begin(), der.end());
  read_facts(*impl);
  ERR_clear_error();  // parts that do not parse are absent facts, not failures
  return Certificate(std::move(impl));
}

Result<Chain> chain_from_pem(std::string_view pem) {
  ERR_clear_error();
  const auto in = reading(pem);
  if (!in) return Error{Errc::input, "a PEM text of more than 2 GiB is none"};
  Chain chain;
  std::size_t blocks = 0;
  while (true) {
    Block block;
    if (PEM_read_bio(in.get(), &block.name, &block.header, &block.data, &block.size) != 1) break;
    ++blocks;
    if (!block.is_certificate()) continue;
    auto certificate = Certificate::from_der(without_trust_settings(block));
    if (!certificate) {
      auto error = std::move(certificate).error();
      error.what = "PEM block " + std::to_string(blocks) + ": " + error.what;
      return error;
    }
    chain.push_back(*std::move(certificate));
  }
  // PEM_read_bio skips what it cannot begin to read, and a list that silently lost a certificate is worse than none.
  if (blocks != begun_blocks(pem)) return damaged(blocks + 1);
  ERR_clear_error();  // the end of the text is an error to PEM_read_bio
  if (chain.empty()) return Error{Errc::input, "there is no certificate in the text", std::string(pem_hint)};
  return chain;
}

Result<Certificate> Certificate::from_pem(std::string_view pem) {
  auto chain = chain_from_pem(pem);
  if (!chain) return std::move(chain).error();
  if (chain->size() != 1)
    return Error{Errc::input, "the text holds " + counted(chain->size(), "certificate") + " where one is expected",
                 "put each certificate into a file of its own"};
  return chain->front();
}

const std::vector<std::byte>& Certificate::der() const {
  return impl_->der;
}

std::string pem_of_certificate(std::span<const std::byte> der) {
  return pem_block(PEM_STRING_X509, der);
}

std::string Certificate::pem() const {
  return pem_of_certificate(impl_->der);
}

std::string Certificate::pem_trusted_for_clients() const {
  const CertificateHandle copy(X509_dup(impl_->handle.get()));
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!copy || !out || X509_add1_trust_object(copy.get(), OBJ_nid2obj(NID_client_auth)) != 1 ||
      PEM_write_bio_X509_AUX(out.get(), copy.get()) != 1)
    throw std::bad_alloc();  // a memory BIO fails for no other reason
  return std::string(content_of(out.get()));
}

std::string Certificate::sha256() const {
  return sha256_hex(impl_->der);
}

int Certificate::version() const {
  return impl_->version;
}
std::string Certificate::subject() const {
  return impl_->subject;
}
std::string Certificate::issuer() const {
  return impl_->issuer;
}
std::string Certificate::common_name() const {
  return impl_->common_name;
}
std::string Certificate::serial() const {
  return impl_->serial;
}
Instant Certificate::not_before() const {
  return impl_->not_before;
}
Instant Certificate::not_after() const {
  return impl_->not_after;
}
std::vector<std::string> Certificate::dns_names() const {
  return impl_->dns_names;
}
std::vector<std::string> Certificate::ip_addresses() const {
  return impl_->ip_addresses;
}
std::string Certificate::key() const {
  return impl_->key;
}
std::string Certificate::digest() const {
  return impl_->digest;
}
bool Certificate::is_ca() const {
  return impl_->is_ca;
}
std::vector<std::byte> Certificate::subject_der() const {
  return impl_->subject_der;
}
std::vector<std::byte> Certificate::issuer_der() const {
  return impl_->issuer_der;
}

bool Certificate::signed_by(const Certificate& issuer) const {
  ERR_clear_error();
  EVP_PKEY* key = X509_get0_pubkey(native(issuer));
  const bool good = key != nullptr && X509_verify(native(*this), key) == 1;
  ERR_clear_error();
  return good;
}

}  // namespace epki::ossl
