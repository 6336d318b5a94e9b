#include "pki/ossl/extension_facts.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <limits>

#include "core/text.hpp"
#include "pki/ossl/der.hpp"

namespace epki::ossl {

namespace {

using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using Constraints = std::unique_ptr<BASIC_CONSTRAINTS, Freed<BASIC_CONSTRAINTS_free>>;
using BitString = std::unique_ptr<ASN1_BIT_STRING, Freed<ASN1_BIT_STRING_free>>;
using Purposes = std::unique_ptr<EXTENDED_KEY_USAGE, Freed<EXTENDED_KEY_USAGE_free>>;
using AuthorityKey = std::unique_ptr<AUTHORITY_KEYID, Freed<AUTHORITY_KEYID_free>>;

// The parsed value of an extension of a known type, owned by a handle of T's own kind.
template <class Handle>
Handle parsed(X509_EXTENSION* extension) {
  return Handle(static_cast<typename Handle::pointer>(X509V3_EXT_d2i(extension)));
}

std::span<const std::byte> content(const ASN1_STRING* text) {
  const int size = text == nullptr ? 0 : ASN1_STRING_length(text);
  if (size <= 0) return {};
  return std::as_bytes(std::span(ASN1_STRING_get0_data(text), static_cast<std::size_t>(size)));
}

std::string address(std::span<const std::byte> octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  const int family = octets.size() == 4 ? AF_INET : octets.size() == 16 ? AF_INET6 : AF_UNSPEC;
  if (family == AF_UNSPEC || ::inet_ntop(family, octets.data(), text.data(), text.size()) == nullptr)
    return "#" + to_hex(octets);
  return text.data();
}

AlternativeName alternative_name(const GENERAL_NAME* name) {
  using Kind = AlternativeName::Kind;
  switch (name->type) {
    case GEN_DNS: return {Kind::dns, std::string(as_text(content(name->d.dNSName)))};
    case GEN_EMAIL: return {Kind::email, std::string(as_text(content(name->d.rfc822Name)))};
    case GEN_URI: return {Kind::uri, std::string(as_text(content(name->d.uniformResourceIdentifier)))};
    case GEN_IPADD: return {Kind::ip, address(content(name->d.iPAddress))};
    case GEN_DIRNAME: return {Kind::directory, {}};
    default: return {Kind::other, {}};
  }
}

bool read_constraints(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<Constraints>(extension);
  if (!value) return false;
  BasicConstraintsFacts facts{value->ca != 0, std::nullopt};
  if (value->pathlen != nullptr) {
    const long length = ASN1_INTEGER_get(value->pathlen);  // -1 also for what does not fit
    facts.path_length = length < 0 || length > std::numeric_limits<std::int32_t>::max() ? -1 : length;
  }
  if (!into.basic_constraints) into.basic_constraints = facts;
  return true;
}

bool read_key_usage(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<BitString>(extension);
  if (!value) return false;
  std::uint16_t usage = 0;
  for (int bit = 0; bit < 9; ++bit)
    if (ASN1_BIT_STRING_get_bit(value.get(), bit) == 1)
      usage = static_cast<std::uint16_t>(usage | (1U << static_cast<unsigned>(bit)));
  if (!into.key_usage) into.key_usage = usage;
  return true;
}

bool read_purposes(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<Purposes>(extension);
  if (!value) return false;
  std::vector<std::string> purposes;
  for (int i = 0; i < sk_ASN1_OBJECT_num(value.get()); ++i) {
    const auto* type = sk_ASN1_OBJECT_value(value.get(), i);
    const int nid = OBJ_obj2nid(type);
    purposes.push_back(nid == NID_undef ? oid_text(type) : OBJ_nid2sn(nid));
  }
  if (!into.extended_key_usage) into.extended_key_usage = std::move(purposes);
  return true;
}

bool read_alternative_names(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<GeneralNames>(extension);
  if (!value) return false;
  std::vector<AlternativeName> names;
  names.reserve(static_cast<std::size_t>(std::max(sk_GENERAL_NAME_num(value.get()), 0)));
  for (int i = 0; i < sk_GENERAL_NAME_num(value.get()); ++i)
    names.push_back(alternative_name(sk_GENERAL_NAME_value(value.get(), i)));
  if (!into.alternative_names) into.alternative_names = std::move(names);
  return true;
}

bool read_subject_key(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<OctetsHandle>(extension);
  if (!value) return false;
  if (!into.subject_key_id) into.subject_key_id = to_hex(content(value.get()));
  return true;
}

bool read_authority_key(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = parsed<AuthorityKey>(extension);
  if (!value) return false;
  if (!into.authority_key_id && value->keyid != nullptr) into.authority_key_id = to_hex(content(value->keyid));
  return true;
}

// Any other type that OpenSSL knows: parsed and let go.
bool parses(X509_EXTENSION* extension) {
  const X509V3_EXT_METHOD* method = X509V3_EXT_get(extension);
  if (method == nullptr) return true;
  void* value = X509V3_EXT_d2i(extension);
  if (value == nullptr) return false;
  if (method->it != nullptr)
    ASN1_item_free(static_cast<ASN1_VALUE*>(value), ASN1_ITEM_ptr(method->it));
  else if (method->ext_free != nullptr)
    method->ext_free(value);
  return true;
}

}  // namespace

bool read_extension(CertificateFacts& into, X509_EXTENSION* extension) {
  const auto value = content(X509_EXTENSION_get_data(extension));
  const auto element = der_element(value);
  switch (OBJ_obj2nid(X509_EXTENSION_get_object(extension))) {
    case NID_undef: return true;
    case NID_basic_constraints: return read_constraints(into, extension) && element && element->size == value.size();
    case NID_key_usage: return read_key_usage(into, extension) && element && element->size == value.size();
    case NID_ext_key_usage: return read_purposes(into, extension) && element && element->size == value.size();
    case NID_subject_alt_name:
      return read_alternative_names(into, extension) && element && element->size == value.size();
    case NID_subject_key_identifier:
      return read_subject_key(into, extension) && element && element->size == value.size();
    case NID_authority_key_identifier:
      return read_authority_key(into, extension) && element && element->size == value.size();
    default: return parses(extension);
  }
}

std::string oid_text(const ASN1_OBJECT* type) {
  std::array<char, 128> text{};
  const int size = OBJ_obj2txt(text.data(), text.size(), type, 1);
  if (size <= 0) return "unknown";
  if (static_cast<std::size_t>(size) < text.size()) return text.data();
  std::string longer(static_cast<std::size_t>(size) + 1, '\0');
  OBJ_obj2txt(longer.data(), size + 1, type, 1);
  longer.pop_back();
  return longer;
}

std::size_t serial_octets(std::span<const std::byte> certificate_der) {
  const auto certificate = der_element(certificate_der);
  const auto signed_part = certificate ? der_element(certificate->content) : std::nullopt;
  if (!signed_part) return 0;
  auto rest = signed_part->content;
  auto field = der_element(rest);
  if (field && field->tag == 0xa0) {  // [0] version
    rest = rest.subspan(field->size);
    field = der_element(rest);
  }
  return field ? field->content.size() : 0;
}

void read_extensions(CertificateFacts& into, const X509* certificate) {
  for (int i = 0; i < X509_get_ext_count(certificate); ++i) {
    X509_EXTENSION* extension = X509_get_ext(certificate, i);
    const auto* type = X509_EXTENSION_get_object(extension);
    const int nid = OBJ_obj2nid(type);
    ExtensionFacts facts;
    facts.oid = oid_text(type);
    facts.name = nid == NID_undef ? facts.oid : OBJ_nid2sn(nid);
    facts.critical = X509_EXTENSION_get_critical(extension) != 0;
    facts.readable = read_extension(into, extension);
    into.extensions.push_back(std::move(facts));
  }
}

}  // namespace epki::ossl
