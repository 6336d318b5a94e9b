#include "pki/ossl/certificate_facts.hpp"

#include <algorithm>
#include <limits>

#include "core/text.hpp"
#include "pki/ossl/der.hpp"
#include "pki/ossl/digest.hpp"
#include "pki/ossl/extension_facts.hpp"
#include "pki/ossl/facts.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

std::span<const std::byte> string_bytes(const ASN1_STRING* text) {
  const int size = text == nullptr ? 0 : ASN1_STRING_length(text);
  if (size <= 0) return {};
  return std::as_bytes(std::span(ASN1_STRING_get0_data(text), static_cast<std::size_t>(size)));
}

TimeFacts time_facts(const ASN1_TIME* time) {
  TimeFacts facts;
  facts.form = ASN1_STRING_type(time) == V_ASN1_UTCTIME ? TimeFacts::Form::utc_time : TimeFacts::Form::generalized_time;
  facts.text = as_text(string_bytes(time));
  facts.at = instant_of(time);
  const std::size_t digits = facts.form == TimeFacts::Form::utc_time ? 12 : 14;
  facts.restricted_form =
      facts.text.size() == digits + 1 && facts.text.back() == 'Z' &&
      std::all_of(facts.text.begin(), facts.text.end() - 1, [](char c) { return c >= '0' && c <= '9'; });
  return facts;
}

std::vector<std::string> common_names(const X509_NAME* name) {
  std::vector<std::string> all;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) {
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at)));
    if (size < 0) continue;
    all.emplace_back(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
  }
  return all;
}

// RFC 3279, 2.3.1: RSAPublicKey ::= SEQUENCE { modulus, publicExponent }.
void read_rsa(KeyFacts& into, std::span<const std::byte> key) {
  const auto outer = der_element(key);
  const auto numbers = outer ? der_elements(outer->content) : std::nullopt;
  if (!numbers || numbers->size() != 2) return;
  auto modulus = (*numbers)[0].content;
  while (!modulus.empty() && modulus.front() == std::byte{0}) modulus = modulus.subspan(1);
  if (modulus.empty()) return;
  into.bits = static_cast<int>(modulus.size() * 8);
  for (unsigned top = std::to_integer<unsigned>(modulus.front()); top < 0x80; top <<= 1U) --into.bits;
  auto exponent = (*numbers)[1].content;
  while (!exponent.empty() && exponent.front() == std::byte{0}) exponent = exponent.subspan(1);
  if (exponent.size() > sizeof(std::uint64_t)) return;
  into.exponent = 0;
  for (const auto byte : exponent) into.exponent = (*into.exponent << 8U) | std::to_integer<std::uint64_t>(byte);
}

// RFC 5480, 2.1.1 and 2.2.
void read_ec(KeyFacts& into, const X509_ALGOR* algorithm, std::span<const std::byte> point) {
  int type = V_ASN1_UNDEF;
  const void* parameters = nullptr;
  X509_ALGOR_get0(nullptr, &type, &parameters, algorithm);
  into.named_curve = type == V_ASN1_OBJECT;
  into.compressed = !point.empty() && (point.front() == std::byte{2} || point.front() == std::byte{3});
  const std::size_t coordinates = into.compressed ? 1 : 2;
  if (!point.empty()) into.bits = static_cast<int>((point.size() - 1) / coordinates * 8);
  if (!into.named_curve) {
    into.name = "EC with explicit parameters";
    return;
  }
  const int curve = OBJ_obj2nid(static_cast<const ASN1_OBJECT*>(parameters));
  if (curve == NID_X9_62_prime256v1)
    into.name = "ec-p256";
  else if (curve == NID_secp384r1)
    into.name = "ec-p384";
  else
    into.name = curve == NID_undef ? oid_text(static_cast<const ASN1_OBJECT*>(parameters)) : OBJ_nid2sn(curve);
  if (curve == NID_secp521r1) into.bits = 521;
}

KeyFacts key_facts(const X509* x) {
  KeyFacts facts;
  X509_PUBKEY* const info = X509_get_X509_PUBKEY(x);
  unsigned char* der = nullptr;
  const int size = i2d_X509_PUBKEY(info, &der);
  if (size > 0) {
    const auto spki = std::as_bytes(std::span(der, static_cast<std::size_t>(size)));
    facts.spki.assign(spki.begin(), spki.end());
  }
  OPENSSL_free(der);
  ASN1_OBJECT* type = nullptr;
  const unsigned char* bits = nullptr;
  int length = 0;
  X509_ALGOR* algorithm = nullptr;
  if (X509_PUBKEY_get0_param(&type, &bits, &length, &algorithm, info) != 1) return facts;
  const auto key = std::as_bytes(std::span(bits, static_cast<std::size_t>(std::max(length, 0))));
  const int nid = OBJ_obj2nid(type);
  facts.sound = X509_PUBKEY_get0(info) != nullptr;
  if (nid == NID_rsaEncryption) {
    facts.kind = KeyFacts::Kind::rsa;
    read_rsa(facts, key);
    facts.name = "rsa-" + std::to_string(facts.bits);
  } else if (nid == NID_X9_62_id_ecPublicKey) {
    facts.kind = KeyFacts::Kind::ec;
    read_ec(facts, algorithm, key);
  } else {
    facts.name = nid == NID_undef ? oid_text(type) : OBJ_nid2sn(nid);
  }
  return facts;
}

void read_signature(CertificateFacts& into, const X509* x) {
  const X509_ALGOR* outside = nullptr;
  X509_get0_signature(nullptr, &outside, x);
  into.algorithms_agree = X509_ALGOR_cmp(outside, X509_get0_tbs_sigalg(x)) == 0;
  const ASN1_OBJECT* type = nullptr;
  X509_ALGOR_get0(&type, nullptr, nullptr, outside);
  const int nid = OBJ_obj2nid(type);
  into.signature_algorithm = nid == NID_undef ? oid_text(type) : OBJ_nid2ln(nid);
  into.signature_pss = nid == NID_rsassaPss;
  into.digest = signature_digest(x);
  // PSS names its digest in its parameters, which OpenSSL has read for us.
  int digest = NID_undef;
  if (into.digest.empty() && X509_get_signature_info(const_cast<X509*>(x), &digest, nullptr, nullptr, nullptr) == 1 &&
      digest != NID_undef)
    into.digest = OBJ_nid2sn(digest);
}

CertificateFacts facts_of(const X509* x, std::span<const std::byte> der) {
  CertificateFacts facts;
  facts.sha256 = sha256_hex(der);
  facts.not_der = der_defect(der);
  facts.version = static_cast<int>(X509_get_version(x)) + 1;
  const ASN1_INTEGER* serial = X509_get0_serialNumber(x);
  facts.serial = serial_text(serial);
  facts.serial_octets = serial_octets(der);
  facts.serial_positive =
      ASN1_STRING_type(serial) != V_ASN1_NEG_INTEGER && facts.serial.find_first_not_of('0') != std::string::npos;
  const X509_NAME* subject = X509_get_subject_name(x);
  const X509_NAME* issuer = X509_get_issuer_name(x);
  facts.subject = name_text(subject);
  facts.issuer = name_text(issuer);
  facts.subject_der = name_der(subject);
  facts.issuer_der = name_der(issuer);
  facts.subject_empty = X509_NAME_entry_count(subject) == 0;
  facts.issuer_empty = X509_NAME_entry_count(issuer) == 0;
  facts.common_names = common_names(subject);
  facts.not_before = time_facts(X509_get0_notBefore(x));
  facts.not_after = time_facts(X509_get0_notAfter(x));
  facts.key = key_facts(x);
  read_signature(facts, x);
  const ASN1_BIT_STRING* issuer_id = nullptr;
  const ASN1_BIT_STRING* subject_id = nullptr;
  X509_get0_uids(x, &issuer_id, &subject_id);
  facts.has_unique_ids = issuer_id != nullptr || subject_id != nullptr;
  read_extensions(facts, x);
  ERR_clear_error();  // what does not parse is a fact, not a failure
  return facts;
}

}  // namespace

const ExtensionFacts* CertificateFacts::extension(std::string_view name) const {
  const auto found =
      std::find_if(extensions.begin(), extensions.end(), [&](const ExtensionFacts& e) { return e.name == name; });
  return found == extensions.end() ? nullptr : &*found;
}

std::vector<std::string> CertificateFacts::names(AlternativeName::Kind kind) const {
  std::vector<std::string> all;
  if (!alternative_names) return all;
  for (const auto& name : *alternative_names)
    if (name.kind == kind) all.push_back(name.text);
  return all;
}

Result<CertificateFacts> certificate_facts(std::span<const std::byte> der) {
  ERR_clear_error();
  if (der.empty() || der.size() > static_cast<std::size_t>(std::numeric_limits<int>::max()))
    return Error{Errc::input, "the bytes are no X.509 certificate"};
  const auto* at = reinterpret_cast<const unsigned char*>(der.data());
  const auto* const end = at + der.size();
  const CertificateHandle x(d2i_X509(nullptr, &at, static_cast<long>(der.size())));
  if (!x) {
    const auto reason = first_reason();
    return take_error(Errc::input,
                      "the bytes are no X.509 certificate" + (reason.empty() ? std::string() : ": " + reason));
  }
  if (at != end)
    return Error{Errc::input,
                 counted(static_cast<std::size_t>(end - at), "byte") + " after the end of the certificate"};
  return facts_of(x.get(), der);
}

CertificateFacts certificate_facts(const Certificate& certificate) {
  return facts_of(native(certificate), certificate.der());
}

std::optional<std::string> folded_name(std::span<const std::byte> name_der) {
  const auto* at = reinterpret_cast<const unsigned char*>(name_der.data());
  const NameHandle name(d2i_X509_NAME(nullptr, &at, static_cast<long>(name_der.size())));
  ERR_clear_error();
  if (!name) return std::nullopt;
  std::string folded;
  for (int i = 0; i < X509_NAME_entry_count(name.get()); ++i) {
    const X509_NAME_ENTRY* entry = X509_NAME_get_entry(name.get(), i);
    unsigned char* utf8 = nullptr;
    const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(entry));
    const std::string text =
        size < 0 ? std::string() : std::string(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
    OPENSSL_free(utf8);
    std::string squeezed;
    for (const char c : trimmed(text))
      if (c != ' ' || !squeezed.ends_with(' ')) squeezed += c;
    folded += std::to_string(X509_NAME_ENTRY_set(entry)) + "/" + oid_text(X509_NAME_ENTRY_get_object(entry)) + "=" +
              std::to_string(squeezed.size()) + ":" + lower(squeezed);
  }
  ERR_clear_error();
  return folded;
}

}  // namespace epki::ossl
