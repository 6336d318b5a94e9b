#include "pki/ossl/builder.hpp"

#include <algorithm>
#include <array>
#include <span>

#include "core/text.hpp"
#include "pki/ossl/impl.hpp"
#include "pki/ossl/public_key_impl.hpp"

namespace epki::ossl {

namespace {

Error refused(const std::string& field) {
  const auto reason = first_reason();
  return take_error(Errc::internal,
                    "OpenSSL refuses the certificate's " + field + (reason.empty() ? "" : ": " + reason));
}

const unsigned char* raw(std::span<const std::byte> bytes) {
  return reinterpret_cast<const unsigned char*>(bytes.data());
}

// Types whose string type RFC 5280, appendix A fixes: OpenSSL's table knows them.
bool has_fixed_type(std::string_view attribute) {
  constexpr std::array<std::string_view, 6> fixed = {"C", "serialNumber", "dnQualifier", "DC", "emailAddress", "UID"};
  return std::find(fixed.begin(), fixed.end(), attribute) != fixed.end();
}

Result<NameHandle> encoded_name(const Name& attributes) {
  NameHandle name(X509_NAME_new());
  for (const auto& [type, value] : attributes) {
    // V_ASN1_UTF8STRING takes the bytes as they are, without the table's upper bounds.
    const int form = has_fixed_type(type) ? MBSTRING_UTF8 : V_ASN1_UTF8STRING;
    const auto* text = raw(as_bytes(value));
    if (!name ||
        X509_NAME_add_entry_by_txt(name.get(), type.c_str(), form, text, static_cast<int>(value.size()), -1, 0) != 1)
      return refused("subject attribute " + type);
  }
  if (!name) return refused("subject");
  return name;
}

Result<NameHandle> subject_of(const CertificateSpec& spec) {
  if (!spec.subject_der) return encoded_name(spec.subject);
  const auto* at = raw(*spec.subject_der);
  const auto* const end = at + spec.subject_der->size();
  NameHandle name(d2i_X509_NAME(nullptr, &at, static_cast<long>(spec.subject_der->size())));
  if (!name || at != end) return refused("subject, given as DER");
  return name;
}

Status set_serial(X509* into, std::span<const std::byte> serial) {
  const NumberHandle number(BN_bin2bn(raw(serial), static_cast<int>(serial.size()), nullptr));
  const IntegerHandle value(number ? BN_to_ASN1_INTEGER(number.get(), nullptr) : nullptr);
  if (!value || X509_set_serialNumber(into, value.get()) != 1) return refused("serial number");
  return success();
}

Status set_validity(X509* into, Instant from, Instant to) {
  // ASN1_TIME_set chooses UTCTime or GeneralizedTime by the year, as RFC 5280, 4.1.2.5 has it.
  const TimeHandle begin(ASN1_TIME_set(nullptr, from.time_since_epoch().count()));
  const TimeHandle end(ASN1_TIME_set(nullptr, to.time_since_epoch().count()));
  if (!begin || X509_set1_notBefore(into, begin.get()) != 1) return refused("notBefore");
  if (!end || X509_set1_notAfter(into, end.get()) != 1) return refused("notAfter");
  return success();
}

ExtensionHandle encoded(const Extension& extension, X509V3_CTX* context) {
  if (extension.der) {
    const ObjectHandle type(OBJ_txt2obj(extension.name.c_str(), 0));
    const OctetsHandle content(ASN1_OCTET_STRING_new());
    if (!type || !content ||
        ASN1_OCTET_STRING_set(content.get(), raw(*extension.der), static_cast<int>(extension.der->size())) != 1)
      return nullptr;
    return ExtensionHandle(
        X509_EXTENSION_create_by_OBJ(nullptr, type.get(), extension.critical ? 1 : 0, content.get()));
  }
  const auto value = (extension.critical ? "critical," : "") + extension.value;
  return ExtensionHandle(X509V3_EXT_nconf(nullptr, context, extension.name.c_str(), value.c_str()));
}

Status add_extensions(X509* into, const std::vector<Extension>& extensions, X509* issuer) {
  X509V3_CTX context;
  X509V3_set_ctx(&context, issuer, into, nullptr, nullptr, 0);
  for (const auto& extension : extensions) {
    const auto value = encoded(extension, &context);
    if (!value || X509_add_ext(into, value.get(), -1) != 1) return refused("extension " + extension.name);
  }
  return success();
}

Status sign(X509* certificate, EVP_PKEY* key, const std::string& digest_name) {
  // Ed25519 and Ed448 hash within the algorithm and must not be given a digest.
  if (EVP_PKEY_is_a(key, "ED25519") == 1 || EVP_PKEY_is_a(key, "ED448") == 1) {
    if (X509_sign(certificate, key, nullptr) == 0) return refused("signature");
    return success();
  }
  const DigestHandle digest(EVP_MD_fetch(nullptr, digest_name.c_str(), nullptr));
  if (!digest) return refused("digest " + digest_name);
  if (X509_sign(certificate, key, digest.get()) == 0) return refused("signature with " + digest_name);
  return success();
}

Status fill(X509* into, const CertificateSpec& spec, EVP_PKEY* subject_key, const Issuer& issuer) {
  if (spec.version != 1 && spec.version != 3)
    return Error{Errc::internal, "no certificate of version " + std::to_string(spec.version) + " is made here"};
  if (spec.version == 1 && !spec.extensions.empty())
    return Error{Errc::internal, "a certificate of version 1 has no extensions"};
  const auto subject = subject_of(spec);
  if (!subject) return subject.error();
  X509* const above = issuer.certificate ? native(*issuer.certificate) : into;
  if (X509_set_version(into, spec.version - 1) != 1) return refused("version");
  if (X509_set_subject_name(into, subject->get()) != 1) return refused("subject");
  if (X509_set_issuer_name(into, X509_get_subject_name(above)) != 1) return refused("issuer");
  if (X509_set_pubkey(into, subject_key) != 1) return refused("public key");
  if (auto set = set_serial(into, spec.serial); !set) return set;
  if (auto set = set_validity(into, spec.not_before, spec.not_after); !set) return set;
  if (auto added = add_extensions(into, spec.extensions, above); !added) return added;
  return sign(into, native(issuer.key), spec.digest);
}

Result<Certificate> build_for(const CertificateSpec& spec, EVP_PKEY* subject_key, const Issuer& issuer) {
  ERR_clear_error();
  const CertificateHandle made(X509_new());
  if (!made) return refused("memory");
  if (auto filled = fill(made.get(), spec, subject_key, issuer); !filled) return std::move(filled).error();
  unsigned char* der = nullptr;
  const int size = i2d_X509(made.get(), &der);
  if (size <= 0) return refused("encoding");
  auto certificate = Certificate::from_der(std::as_bytes(std::span(der, static_cast<std::size_t>(size))));
  OPENSSL_free(der);
  return certificate;
}

}  // namespace

Result<Certificate> build(const CertificateSpec& spec, const PrivateKey& subject_key, const Issuer& issuer) {
  return build_for(spec, native(subject_key), issuer);
}

Result<Certificate> build(const CertificateSpec& spec, const PublicKey& subject_key, const Issuer& issuer) {
  return build_for(spec, native(subject_key), issuer);
}

std::vector<Extension> extensions_of(const Certificate& certificate) {
  std::vector<Extension> all;
  const X509* from = native(certificate);
  for (int i = 0; i < X509_get_ext_count(from); ++i) {
    X509_EXTENSION* one = X509_get_ext(from, i);
    const auto* type = X509_EXTENSION_get_object(one);
    std::string oid(static_cast<std::size_t>(OBJ_obj2txt(nullptr, 0, type, 1)) + 1, '\0');
    OBJ_obj2txt(oid.data(), static_cast<int>(oid.size()), type, 1);
    oid.pop_back();
    const auto* content = X509_EXTENSION_get_data(one);
    const auto bytes =
        std::as_bytes(std::span(ASN1_STRING_get0_data(content), static_cast<std::size_t>(ASN1_STRING_length(content))));
    all.push_back({oid, "", X509_EXTENSION_get_critical(one) != 0, std::vector(bytes.begin(), bytes.end())});
  }
  return all;
}

Result<Certificate> with_flipped_signature_bit(const Certificate& certificate) {
  // signatureValue is the last field (RFC 5280, 4.1), so the last byte of the DER is the signature's last.
  auto der = certificate.der();
  der.back() ^= std::byte{1};
  return Certificate::from_der(der);
}

}  // namespace epki::ossl
