#include "pki/ossl/name_constraints.hpp"

#include <arpa/inet.h>

#include <algorithm>
#include <array>
#include <memory>
#include <vector>

#include "core/text.hpp"
#include "pki/ossl/impl.hpp"

namespace epki::ossl {

namespace {

using GeneralNames = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using ConstraintsHandle = std::unique_ptr<NAME_CONSTRAINTS, Freed<NAME_CONSTRAINTS_free>>;

std::string_view text_of(const ASN1_STRING* text) {
  return {reinterpret_cast<const char*>(ASN1_STRING_get0_data(text)),
          static_cast<std::size_t>(ASN1_STRING_length(text))};
}

std::string address_text(int family, const unsigned char* octets) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  return ::inet_ntop(family, octets, text.data(), text.size()) != nullptr ? text.data() : "";
}

// An address of a name has 4 or 16 octets; one of a constraint has its mask behind it (RFC 5280, 4.2.1.10), which says
// nothing when every bit is set.
std::string address_of(const ASN1_OCTET_STRING* octets) {
  const auto* bytes = ASN1_STRING_get0_data(octets);
  const int size = ASN1_STRING_length(octets);
  const int family = size == 4 || size == 8 ? AF_INET : AF_INET6;
  if (size == 4 || size == 16) return address_text(family, bytes);
  if (size != 8 && size != 32) return "an address of a wrong length";
  const auto* mask = bytes + size / 2;
  const bool whole = std::all_of(mask, bytes + size, [](unsigned char octet) { return octet == 0xff; });
  return address_text(family, bytes) + (whole ? "" : "/" + address_text(family, mask));
}

std::string text_of(const GENERAL_NAME* name) {
  switch (name->type) {
    case GEN_DNS: return visible(text_of(name->d.dNSName));
    case GEN_EMAIL: return visible(text_of(name->d.rfc822Name));
    case GEN_URI: return visible(text_of(name->d.uniformResourceIdentifier));
    case GEN_IPADD: return address_of(name->d.iPAddress);
    default: return "a name of another form";
  }
}

std::string permitted_by(const NAME_CONSTRAINTS* constraints) {
  constexpr std::size_t shown_at_most = 8;
  std::vector<std::string> shown;
  std::string all;
  for (int i = 0; i < sk_GENERAL_SUBTREE_num(constraints->permittedSubtrees); ++i) {
    const auto text = text_of(sk_GENERAL_SUBTREE_value(constraints->permittedSubtrees, i)->base);
    if (std::find(shown.begin(), shown.end(), text) != shown.end()) continue;  // an address as a dNSName too
    if (shown.size() == shown_at_most) return all + ", …";
    all += (all.empty() ? "" : ", ") + text;
    shown.push_back(text);
  }
  return all;
}

int verdict_on(X509* one, NAME_CONSTRAINTS* constraints) {
  // What the check looks at is what the certificate's cache of extensions holds; this fills it.
  X509_check_purpose(one, -1, 0);
  const int names = NAME_CONSTRAINTS_check(one, constraints);
  if (names != X509_V_OK || X509_check_ca(one) != 0) return names;
  const GeneralNames alternative(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(one, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(alternative.get()); ++i)
    if (sk_GENERAL_NAME_value(alternative.get(), i)->type == GEN_DNS) return names;
  return NAME_CONSTRAINTS_check_CN(one, constraints);
}

// The same certificate with this one name and no subject: whether that name alone is outside.
bool alone_outside(X509* one, GENERAL_NAME* name, NAME_CONSTRAINTS* constraints) {
  const CertificateHandle copy(X509_dup(one));
  const NameHandle nobody(X509_NAME_new());
  const GeneralNames single(sk_GENERAL_NAME_new_null());
  if (!copy || !nobody || !single || X509_set_subject_name(copy.get(), nobody.get()) != 1) return false;
  if (sk_GENERAL_NAME_push(single.get(), name) == 0) return false;
  const bool set =
      X509_add1_ext_i2d(copy.get(), NID_subject_alt_name, single.get(), 0, X509V3_ADD_REPLACE_EXISTING) == 1;
  sk_GENERAL_NAME_pop(single.get());  // it belongs to the caller
  if (!set) return false;
  X509_check_purpose(copy.get(), -1, 0);
  return NAME_CONSTRAINTS_check(copy.get(), constraints) != X509_V_OK;
}

std::string name_at_fault(X509* one, NAME_CONSTRAINTS* constraints, const std::string& subject) {
  const GeneralNames names(static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(one, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; i < sk_GENERAL_NAME_num(names.get()); ++i) {
    auto* name = sk_GENERAL_NAME_value(names.get(), i);
    if (alone_outside(one, name, constraints)) return text_of(name);
  }
  return subject;
}

}  // namespace

std::optional<NameOutside> name_outside(const Certificate& one, const Certificate& ca) {
  const ConstraintsHandle constraints(
      static_cast<NAME_CONSTRAINTS*>(X509_get_ext_d2i(native(ca), NID_name_constraints, nullptr, nullptr)));
  // A copy: the check fills the certificate's cache, and ours are shared between threads.
  const CertificateHandle copy(constraints ? X509_dup(native(one)) : nullptr);
  ERR_clear_error();
  if (!constraints || !copy) return std::nullopt;
  const int verdict = verdict_on(copy.get(), constraints.get());
  if (verdict == X509_V_OK) return std::nullopt;
  NameOutside outside{{}, X509_verify_cert_error_string(verdict), permitted_by(constraints.get())};
  if (verdict == X509_V_ERR_PERMITTED_VIOLATION || verdict == X509_V_ERR_EXCLUDED_VIOLATION)
    outside.name = name_at_fault(copy.get(), constraints.get(), one.subject());
  ERR_clear_error();
  return outside;
}

}  // namespace epki::ossl
