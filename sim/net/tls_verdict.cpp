#include "sim/net/tls_verdict.hpp"

#include <mbedtls/oid.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <string_view>
#include <utility>

namespace epki::sim {

namespace {

constexpr std::uint32_t kTime = MBEDTLS_X509_BADCERT_EXPIRED | MBEDTLS_X509_BADCERT_FUTURE;
constexpr std::uint32_t kUnknown = MBEDTLS_X509_BADCERT_NOT_TRUSTED;
constexpr std::uint32_t kName = MBEDTLS_X509_BADCERT_CN_MISMATCH;
// ignorecertitem's bit that waives the CA attributes in policies that say so; it is the library's "not trusted".
constexpr std::uint32_t kCaAttributesItem = 0x8;

/// Equal as mbedTLS compares names for our purpose: byte for byte, or as text (PrintableString against UTF8String).
bool same_name(const mbedtls_x509_buf& raw_a, const mbedtls_x509_name& a, const mbedtls_x509_buf& raw_b,
               const mbedtls_x509_name& b) {
  if (raw_a.len == raw_b.len && std::memcmp(raw_a.p, raw_b.p, raw_a.len) == 0) return true;
  std::array<char, 2048> text_a{}, text_b{};
  const int length_a = mbedtls_x509_dn_gets(text_a.data(), text_a.size(), &a);
  const int length_b = mbedtls_x509_dn_gets(text_b.data(), text_b.size(), &b);
  return length_a > 0 && length_b > 0 && std::string_view(text_a.data()) == std::string_view(text_b.data());
}

bool is_named_issuer(const mbedtls_x509_crt& child, const mbedtls_x509_crt& parent) {
  return parent.raw.p != nullptr && same_name(child.issuer_raw, child.issuer, parent.subject_raw, parent.subject);
}

bool is_self_issued(const mbedtls_x509_crt& certificate) {
  return same_name(certificate.issuer_raw, certificate.issuer, certificate.subject_raw, certificate.subject);
}

bool may_sign(const mbedtls_x509_crt& issuer, bool is_anchor) {
  if (is_anchor && issuer.version < 3) return true;
  return issuer.ca_istrue != 0 && mbedtls_x509_crt_check_key_usage(&issuer, MBEDTLS_X509_KU_KEY_CERT_SIGN) == 0;
}

bool path_length_holds(const mbedtls_x509_crt& issuer, int below, int self_issued) {
  // mbedTLS stores the path length plus one; zero: none stated.
  return issuer.max_pathlen <= 0 || issuer.max_pathlen >= 1 + below - self_issued;
}

std::uint32_t time_flags(const mbedtls_x509_crt& certificate) {
  std::uint32_t flags = 0;
  if (mbedtls_x509_time_is_past(&certificate.valid_to) != 0) flags |= MBEDTLS_X509_BADCERT_EXPIRED;
  if (mbedtls_x509_time_is_future(&certificate.valid_from) != 0) flags |= MBEDTLS_X509_BADCERT_FUTURE;
  return flags;
}

/// Copies a list so that it may be changed, every copy but the first `untouched` made an issuer.
void copy_as_issuers(Certificates& into, const mbedtls_x509_crt& list, int untouched) {
  for (const mbedtls_x509_crt* each = &list; each != nullptr; each = each->next)
    if (each->raw.p != nullptr) mbedtls_x509_crt_parse_der(into.get(), each->raw.p, each->raw.len);
  for (mbedtls_x509_crt* each = into.get(); each != nullptr; each = each->next) {
    if (untouched-- > 0) continue;
    each->ca_istrue = 1;
    each->ext_types &= ~MBEDTLS_X509_EXT_KEY_USAGE;
  }
}

std::uint32_t mask_when(bool on, const KnobEffect& effect) {
  return on && effect.kind == KnobEffect::Kind::mask ? effect.mask : 0;
}

}  // namespace

Verdict::Verdict(const TlsSettings& settings, const TrustPolicy& policy, Certificates& anchors, std::string host)
    : settings_(settings), policy_(policy), anchors_(anchors), host_(std::move(host)) {}

bool Verdict::is_off(const TlsSettings& settings, const TrustPolicy& policy) {
  const auto opens = [](bool on, const KnobEffect& effect) {
    return on && effect.kind == KnobEffect::Kind::trusts_any;
  };
  return settings.seclevel == 0 || policy.anchors == Anchors::unverified ||
         opens(settings.ignorecertitem != 0, policy.ignorecertitem) ||
         opens(settings.ignoreinvalidcertsign, policy.ignoreinvalidcertsign) ||
         opens(settings.ignoremulticertchainverify, policy.ignoremulticertchainverify);
}

int Verdict::callback(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags) {
  auto& verdict = *static_cast<Verdict*>(self);
  verdict.found_.flags |= *flags;
  verdict.found_.top = std::max(verdict.found_.top, depth);
  if (depth == 0) return verdict.judge(*certificate, *flags);
  *flags = 0;
  return 0;
}

int Verdict::judge(mbedtls_x509_crt& leaf, std::uint32_t& flags) {
  Path path = std::exchange(found_, {});
  const std::uint32_t name = name_flag(leaf, path.flags);
  if ((path.flags & kUnknown) != 0 && waives_ca_attributes()) {
    if (const int fatal = verify_without_ca_attributes(leaf, path); fatal != 0) return fatal;
  }
  if ((path.flags & kUnknown) != 0 && policy_.signature == Signature::unchecked && follow_names(leaf, path))
    path.flags &= ~kUnknown;

  // Without the leaf and the anchor. A firmware's own limit looks like an issuer that was not found.
  if (path.top - 1 > policy_.max_intermediates) path.flags |= kUnknown;
  const bool by_knob = policy_.validity == Validity::by_knob && settings_.ignorelocaltime;
  if (policy_.validity == Validity::unchecked || by_knob) path.flags &= ~kTime;
  path.flags = (path.flags & ~kName) | name;

  // The TLS layer judges the leaf's usages after this callback: to have them ignored, they must seem absent.
  const std::uint32_t ignored = masked_by_knobs();
  int hidden = 0;
  if (policy_.eku == Eku::unchecked || (ignored & MBEDTLS_X509_BADCERT_EXT_KEY_USAGE) != 0)
    hidden |= MBEDTLS_X509_EXT_EXTENDED_KEY_USAGE;
  if ((ignored & MBEDTLS_X509_BADCERT_KEY_USAGE) != 0) hidden |= MBEDTLS_X509_EXT_KEY_USAGE;
  leaf.ext_types &= ~hidden;

  flags = path.flags & ~ignored;
  return 0;
}

bool Verdict::waives_ca_attributes() const {
  if (policy_.ca_attributes == CaAttributes::not_required) return true;
  return policy_.ca_attributes == CaAttributes::by_knob && (settings_.ignorecertitem & kCaAttributesItem) != 0;
}

std::uint32_t Verdict::masked_by_knobs() const {
  // ignorecertitem is itself a mask: what the host asks for and the firmware grants.
  return (settings_.ignorecertitem & mask_when(true, policy_.ignorecertitem)) |
         mask_when(settings_.ignoreinvalidcertsign, policy_.ignoreinvalidcertsign) |
         mask_when(settings_.ignoremulticertchainverify, policy_.ignoremulticertchainverify);
}

std::uint32_t Verdict::name_flag(const mbedtls_x509_crt& leaf, std::uint32_t found) const {
  switch (policy_.hostname) {
    case Hostname::unchecked: return 0;
    case Hostname::checked_with_sni: return settings_.sni ? found & kName : 0;
    case Hostname::checked: break;
  }
  if (settings_.sni) return found & kName;
  // The library checks a name only when it also sends it. It is asked about the leaf alone, for this one flag.
  Certificates alone;
  if (mbedtls_x509_crt_parse_der(alone.get(), leaf.raw.p, leaf.raw.len) != 0) return kName;
  std::uint32_t flags = 0;
  mbedtls_x509_crt_verify(alone.get(), nullptr, nullptr, host_.c_str(), &flags, nullptr, nullptr);
  return flags & kName;
}

int Verdict::verify_without_ca_attributes(const mbedtls_x509_crt& leaf, Path& path) const {
  Certificates chain, anchors;
  copy_as_issuers(chain, leaf, 1);
  copy_as_issuers(anchors, *anchors_.get(), 0);
  const auto gather = [](void* into, mbedtls_x509_crt*, int depth, std::uint32_t*) {
    auto& top = *static_cast<int*>(into);
    top = std::max(top, depth);
    return 0;
  };
  Path again;
  const int result =
      mbedtls_x509_crt_verify(chain.get(), anchors.get(), nullptr, nullptr, &again.flags, gather, &again.top);
  if (result != 0 && result != MBEDTLS_ERR_X509_CERT_VERIFY_FAILED) return result;
  path = again;
  return 0;
}

bool Verdict::follow_names(const mbedtls_x509_crt& leaf, Path& path) const {
  const bool waived = waives_ca_attributes();
  const mbedtls_x509_crt* child = &leaf;
  int self_issued = 0;
  // Each sent certificate is used once at most, in the order sent, as the library does: so this ends.
  for (int depth = 0;; ++depth) {
    const auto suits = [&](const mbedtls_x509_crt& parent, bool is_anchor) {
      return is_named_issuer(*child, parent) && (waived || may_sign(parent, is_anchor)) &&
             path_length_holds(parent, depth, self_issued);
    };
    for (const mbedtls_x509_crt* anchor = anchors_.get(); anchor != nullptr; anchor = anchor->next) {
      if (!suits(*anchor, true)) continue;
      path.flags |= time_flags(*anchor);
      path.top = depth + 1;
      return true;
    }
    const mbedtls_x509_crt* parent = child->next;
    while (parent != nullptr && !suits(*parent, false)) parent = parent->next;
    if (parent == nullptr) return false;
    path.flags |= time_flags(*parent);
    if (depth > 0 && is_self_issued(*child)) ++self_issued;
    child = parent;
  }
}

}  // namespace epki::sim
