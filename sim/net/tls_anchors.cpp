#include "sim/net/tls_anchors.hpp"

#include <mbedtls/error.h>

#include <array>
#include <cstring>

namespace epki::sim {

namespace {

bool is_self_issued(const mbedtls_x509_crt& certificate) {
  return certificate.issuer_raw.len == certificate.subject_raw.len &&
         std::memcmp(certificate.issuer_raw.p, certificate.subject_raw.p, certificate.subject_raw.len) == 0;
}

bool trusts_uploaded(Anchors anchors, bool bound) {
  switch (anchors) {
    case Anchors::uploaded:
    case Anchors::union_of_both: return true;
    case Anchors::built_in_when_nothing_uploaded: return bound;
    case Anchors::unverified:
    case Anchors::built_in: break;
  }
  return false;
}

bool trusts_built_in(Anchors anchors, bool bound) {
  switch (anchors) {
    case Anchors::built_in:
    case Anchors::union_of_both: return true;
    case Anchors::built_in_when_nothing_uploaded: return !bound;
    case Anchors::unverified:
    case Anchors::uploaded: break;
  }
  return false;
}

}  // namespace

std::optional<std::string> add_certificates(Certificates& into, std::string_view file) {
  // mbedTLS takes PEM only with its closing zero counted, DER only without.
  const std::string text(file);
  const bool pem = text.find("-----BEGIN CERTIFICATE-----") != std::string::npos;
  const auto* bytes = reinterpret_cast<const unsigned char*>(text.c_str());
  const int result = mbedtls_x509_crt_parse(into.get(), bytes, text.size() + (pem ? 1 : 0));
  if (result >= 0) return std::nullopt;  // above zero: so many of the bundle's certificates did not parse
  std::array<char, 128> words{};
  mbedtls_strerror(result, words.data(), words.size());
  return std::string(words.data());
}

std::optional<std::string> load_anchors(Certificates& into, const TlsSettings& settings, const TrustPolicy& policy,
                                        const std::vector<std::string>& built_in_pem) {
  const bool bound = settings.cacert.has_value();
  if (bound) {
    Certificates uploaded;
    if (auto wrong = add_certificates(uploaded, *settings.cacert)) return "the CA file does not parse: " + *wrong;
    for (const mbedtls_x509_crt* each = uploaded.get(); each != nullptr; each = each->next) {
      const bool honoured =
          policy.self_signed_upload == SelfSignedUpload::accepted || each->raw.p == nullptr || !is_self_issued(*each);
      if (honoured && trusts_uploaded(policy.anchors, bound))
        mbedtls_x509_crt_parse_der(into.get(), each->raw.p, each->raw.len);
    }
  }
  if (trusts_built_in(policy.anchors, bound)) {
    // A firmware's store was tested with the firmware: what this library cannot read of it is not an anchor.
    for (const auto& file : built_in_pem) add_certificates(into, file);
  }
  return std::nullopt;
}

}  // namespace epki::sim
