#include "pki/ossl/crl.hpp"

#include <openssl/pem.h>

#include <new>
#include <span>

#include "core/text.hpp"
#include "pki/ossl/der_writer.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/facts.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using CrlHandle = std::unique_ptr<X509_CRL, Freed<X509_CRL_free>>;
using RevokedHandle = std::unique_ptr<X509_REVOKED, Freed<X509_REVOKED_free>>;
using EnumeratedHandle = std::unique_ptr<ASN1_ENUMERATED, Freed<ASN1_ENUMERATED_free>>;

Error refused(const std::string& field) {
  const auto reason = first_reason();
  return take_error(Errc::internal, "OpenSSL refuses the CRL's " + field + (reason.empty() ? "" : ": " + reason));
}

TimeHandle time_of(Instant at) {
  return TimeHandle(ASN1_TIME_set(nullptr, at.time_since_epoch().count()));
}

IntegerHandle integer_of(const std::string& hex) {
  const auto bytes = from_hex(hex);
  if (!bytes || bytes->empty()) return nullptr;
  const NumberHandle number(
      BN_bin2bn(reinterpret_cast<const unsigned char*>(bytes->data()), static_cast<int>(bytes->size()), nullptr));
  return IntegerHandle(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
}

}  // namespace

struct Crl::Impl {
  CrlHandle handle;
  std::vector<std::byte> der;
  Instant this_update;
  std::optional<Instant> next_update;
};

namespace {

Result<Crl> of_der(std::span<const std::byte> der) {
  ERR_clear_error();
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  auto impl = std::make_shared<Crl::Impl>();
  impl->handle.reset(der.empty() ? nullptr : d2i_X509_CRL(nullptr, &at, static_cast<long>(der.size())));
  if (!impl->handle || at != end) return take_error(Errc::input, "the bytes are no certificate revocation list");
  const auto begin = instant_of(X509_CRL_get0_lastUpdate(impl->handle.get()));
  if (!begin) return take_error(Errc::input, "the CRL's date is no date");
  impl->this_update = *begin;
  impl->next_update = instant_of(X509_CRL_get0_nextUpdate(impl->handle.get()));
  impl->der.assign(der.begin(), der.end());
  ERR_clear_error();
  return Crl(std::move(impl));
}

}  // namespace

Result<std::vector<Crl>> Crl::read_all(std::string_view pem) {
  ERR_clear_error();
  const auto in = reading(pem);
  if (!in) return Error{Errc::input, "a PEM text of more than 2 GiB is none"};
  std::vector<Crl> all;
  for (;;) {
    char* name = nullptr;
    char* header = nullptr;
    unsigned char* data = nullptr;
    long size = 0;
    if (PEM_read_bio(in.get(), &name, &header, &data, &size) != 1) break;
    const bool is_list = std::string_view(name) == PEM_STRING_X509_CRL;
    auto one = is_list ? of_der(std::as_bytes(std::span(data, static_cast<std::size_t>(size))))
                       : Result<Crl>(Error{Errc::input, ""});
    OPENSSL_free(name);
    OPENSSL_free(header);
    OPENSSL_clear_free(data, static_cast<std::size_t>(size));
    if (!is_list) continue;
    if (!one) return std::move(one).error();
    all.push_back(*std::move(one));
  }
  ERR_clear_error();
  return all;
}

Result<Crl> Crl::read(std::string_view bytes) {
  if (bytes.find("-----BEGIN ") == std::string_view::npos) return of_der(as_bytes(bytes));
  auto all = read_all(bytes);
  if (!all) return std::move(all).error();
  if (all->size() != 1)
    return Error{Errc::input, "the text holds " + counted(all->size(), "CRL") + " where one is expected",
                 "give a file that holds one"};
  return all->front();
}

std::string Crl::pem() const {
  return pem_block(PEM_STRING_X509_CRL, impl_->der);
}

std::string Crl::sha256() const {
  return sha256_hex(impl_->der);
}

std::string Crl::issuer() const {
  return name_text(X509_CRL_get_issuer(impl_->handle.get()));
}

std::vector<std::byte> Crl::issuer_der() const {
  return name_der(X509_CRL_get_issuer(impl_->handle.get()));
}

Instant Crl::this_update() const {
  return impl_->this_update;
}

std::optional<Instant> Crl::next_update() const {
  return impl_->next_update;
}

std::optional<std::int64_t> Crl::number() const {
  const IntegerHandle number(
      static_cast<ASN1_INTEGER*>(X509_CRL_get_ext_d2i(impl_->handle.get(), NID_crl_number, nullptr, nullptr)));
  std::int64_t value = 0;
  const bool fits = number && ASN1_INTEGER_get_int64(&value, number.get()) == 1;
  ERR_clear_error();
  return fits ? std::optional(value) : std::nullopt;
}

std::size_t Crl::entries() const {
  const int n = sk_X509_REVOKED_num(X509_CRL_get_REVOKED(impl_->handle.get()));
  return n > 0 ? static_cast<std::size_t>(n) : 0;
}

bool Crl::signed_by(const Certificate& issuer) const {
  ERR_clear_error();
  EVP_PKEY* key = X509_get0_pubkey(native(issuer));
  const bool good = key != nullptr && X509_CRL_verify(impl_->handle.get(), key) == 1;
  ERR_clear_error();
  return good;
}

Status Crl::for_each(const std::function<Status(const CrlEntry&)>& each) const {
  auto* all = X509_CRL_get_REVOKED(impl_->handle.get());
  for (int i = 0; i < sk_X509_REVOKED_num(all); ++i) {
    const X509_REVOKED* one = sk_X509_REVOKED_value(all, i);
    const auto at = instant_of(X509_REVOKED_get0_revocationDate(one));
    CrlEntry entry{serial_text(X509_REVOKED_get0_serialNumber(one)), at.value_or(impl_->this_update), 0};
    const EnumeratedHandle reason(
        static_cast<ASN1_ENUMERATED*>(X509_REVOKED_get_ext_d2i(one, NID_crl_reason, nullptr, nullptr)));
    if (reason) entry.reason = static_cast<int>(ASN1_ENUMERATED_get(reason.get()));
    if (auto done = each(entry); !done) return done;
  }
  ERR_clear_error();
  return success();
}

struct CrlBuilder::Impl {
  CrlHandle handle;
  CrlSpec spec;
  Certificate issuer;
  // The entries of one batch have few dates between them.
  Instant last_date{};
  TimeHandle last_time{};
};

CrlBuilder::CrlBuilder(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
CrlBuilder::CrlBuilder(CrlBuilder&&) noexcept = default;
CrlBuilder& CrlBuilder::operator=(CrlBuilder&&) noexcept = default;
CrlBuilder::~CrlBuilder() = default;

Result<CrlBuilder> CrlBuilder::begin(const CrlSpec& spec, const Certificate& issuer) {
  ERR_clear_error();
  auto impl = std::make_unique<Impl>(Impl{CrlHandle(X509_CRL_new()), spec, issuer});
  const auto from = time_of(spec.this_update), until = time_of(spec.next_update);
  X509_CRL* crl = impl->handle.get();
  if (crl == nullptr || X509_CRL_set_version(crl, X509_CRL_VERSION_2) != 1 ||
      X509_CRL_set_issuer_name(crl, X509_get_subject_name(native(issuer))) != 1)
    return refused("issuer");
  if (!from || !until || X509_CRL_set1_lastUpdate(crl, from.get()) != 1 ||
      X509_CRL_set1_nextUpdate(crl, until.get()) != 1)
    return refused("dates");
  return CrlBuilder(std::move(impl));
}

Status CrlBuilder::add(const CrlEntry& entry) {
  if (!impl_->last_time || impl_->last_date != entry.at) {
    impl_->last_time = time_of(entry.at);
    impl_->last_date = entry.at;
  }
  RevokedHandle revoked(X509_REVOKED_new());
  const auto serial = integer_of(entry.serial);
  if (!revoked || !serial || !impl_->last_time || X509_REVOKED_set_serialNumber(revoked.get(), serial.get()) != 1 ||
      X509_REVOKED_set_revocationDate(revoked.get(), impl_->last_time.get()) != 1)
    return refused("entry for serial " + entry.serial);
  if (entry.reason != 0) {
    const EnumeratedHandle reason(ASN1_ENUMERATED_new());
    if (!reason || ASN1_ENUMERATED_set(reason.get(), entry.reason) != 1 ||
        X509_REVOKED_add1_ext_i2d(revoked.get(), NID_crl_reason, reason.get(), 0, 0) != 1)
      return refused("reason for serial " + entry.serial);
  }
  if (X509_CRL_add0_revoked(impl_->handle.get(), revoked.get()) != 1)
    return refused("entry for serial " + entry.serial);
  [[maybe_unused]] auto* taken_over = revoked.release();
  return success();
}

Result<Crl> CrlBuilder::sign(const PrivateKey& key) && {
  ERR_clear_error();
  X509_CRL* crl = impl_->handle.get();
  X509V3_CTX context;
  X509V3_set_ctx(&context, native(impl_->issuer), nullptr, nullptr, crl, 0);
  const ExtensionHandle authority(X509V3_EXT_nconf_nid(nullptr, &context, NID_authority_key_identifier, "keyid"));
  const IntegerHandle number(ASN1_INTEGER_new());
  if (!authority || X509_CRL_add_ext(crl, authority.get(), -1) != 1) return refused("authority key identifier");
  if (!number || ASN1_INTEGER_set_int64(number.get(), impl_->spec.number) != 1 ||
      X509_CRL_add1_ext_i2d(crl, NID_crl_number, number.get(), 0, 0) != 1)
    return refused("number");
  if (X509_CRL_sign(crl, native(key), EVP_sha256()) == 0) return refused("signature");
  unsigned char* der = nullptr;
  const int size = i2d_X509_CRL(crl, &der);
  if (size <= 0) return refused("encoding");
  impl_->handle.reset();  // the entries are not needed twice in memory
  auto made = of_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  if (made && !made->signed_by(impl_->issuer))
    return Error{Errc::key, "the signature just made on the CRL of " + impl_->issuer.subject() + " does not verify",
                 "check that the key and the certificate of this CA belong together; nothing was written"};
  return made;
}

}  // namespace epki::ossl
