#include "pki/ossl/facts.hpp"

#include <arpa/inet.h>

#include <array>
#include <span>

#include "core/text.hpp"

namespace epki::ossl {

namespace {

using GeneralNamesHandle = std::unique_ptr<GENERAL_NAMES, Freed<GENERAL_NAMES_free>>;
using ConstraintsHandle = std::unique_ptr<BASIC_CONSTRAINTS, Freed<BASIC_CONSTRAINTS_free>>;

std::span<const std::byte> bytes_of(const ASN1_STRING* text) {
  const int size = ASN1_STRING_length(text);
  if (size <= 0) return {};
  return std::as_bytes(std::span(ASN1_STRING_get0_data(text), static_cast<std::size_t>(size)));
}

std::string address_text(std::span<const std::byte> address) {
  std::array<char, INET6_ADDRSTRLEN> text{};
  if (address.size() == 4 && ::inet_ntop(AF_INET, address.data(), text.data(), text.size()) != nullptr)
    return text.data();
  if (address.size() == 16 && ::inet_ntop(AF_INET6, address.data(), text.data(), text.size()) != nullptr)
    return text.data();
  return "#" + to_hex(address);
}

}  // namespace

std::string name_text(const X509_NAME* name) {
  // UTF-8 as it is, control characters escaped.
  constexpr unsigned long readable = XN_FLAG_RFC2253 & ~static_cast<unsigned long>(ASN1_STRFLGS_ESC_MSB);
  const BioHandle out(BIO_new(BIO_s_mem()));
  if (!out || X509_NAME_print_ex(out.get(), name, 0, readable) < 0) return "#" + to_hex(name_der(name));
  return std::string(content_of(out.get()));
}

std::vector<std::byte> name_der(const X509_NAME* name) {
  const unsigned char* der = nullptr;
  std::size_t size = 0;
  if (X509_NAME_get0_der(name, &der, &size) != 1) return {};
  const auto all = std::as_bytes(std::span(der, size));
  return {all.begin(), all.end()};
}

std::string last_common_name(const X509_NAME* name) {
  int last = -1;
  for (int at = -1; (at = X509_NAME_get_index_by_NID(name, NID_commonName, at)) >= 0;) last = at;
  if (last < 0) return {};
  unsigned char* utf8 = nullptr;
  const int size = ASN1_STRING_to_UTF8(&utf8, X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, last)));
  if (size < 0) return {};
  std::string text(reinterpret_cast<const char*>(utf8), static_cast<std::size_t>(size));
  OPENSSL_free(utf8);
  return text;
}

std::string serial_text(const ASN1_INTEGER* serial) {
  const auto digits = to_hex(bytes_of(serial));  // OpenSSL keeps magnitude and sign apart
  const bool negative = ASN1_STRING_type(serial) == V_ASN1_NEG_INTEGER;
  return (negative ? "-" : "") + (digits.empty() ? std::string("00") : digits);
}

std::optional<Instant> instant_of(const ASN1_TIME* time) {
  std::tm parts{};
  if (time == nullptr || ASN1_TIME_to_tm(time, &parts) != 1) return std::nullopt;
  const std::chrono::year_month_day day{std::chrono::year(parts.tm_year + 1900),
                                        std::chrono::month(static_cast<unsigned>(parts.tm_mon + 1)),
                                        std::chrono::day(static_cast<unsigned>(parts.tm_mday))};
  if (!day.ok()) return std::nullopt;
  return std::chrono::sys_days(day) + std::chrono::hours(parts.tm_hour) + std::chrono::minutes(parts.tm_min) +
         std::chrono::seconds(parts.tm_sec);
}

std::string signature_digest(const X509* certificate) {
  int digest = NID_undef;
  if (OBJ_find_sigid_algs(X509_get_signature_nid(certificate), &digest, nullptr) != 1 || digest == NID_undef) return {};
  return OBJ_nid2sn(digest);
}

bool has_ca_true(const X509* certificate) {
  const ConstraintsHandle constraints(
      static_cast<BASIC_CONSTRAINTS*>(X509_get_ext_d2i(certificate, NID_basic_constraints, nullptr, nullptr)));
  return constraints && constraints->ca != 0;
}

AlternativeNames alternative_names(const X509* certificate) {
  AlternativeNames names;
  const GeneralNamesHandle all(
      static_cast<GENERAL_NAMES*>(X509_get_ext_d2i(certificate, NID_subject_alt_name, nullptr, nullptr)));
  for (int i = 0; all && i < sk_GENERAL_NAME_num(all.get()); ++i) {
    const auto* entry = sk_GENERAL_NAME_value(all.get(), i);
    if (entry->type == GEN_DNS) names.dns.emplace_back(as_text(bytes_of(entry->d.dNSName)));
    if (entry->type == GEN_IPADD) names.ips.push_back(address_text(bytes_of(entry->d.iPAddress)));
  }
  return names;
}

}  // namespace epki::ossl
