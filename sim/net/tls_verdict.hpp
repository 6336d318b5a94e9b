#pragma once
// A trust policy carried out inside mbedTLS. The library builds and judges the chain; its verify callback is then asked
// about each certificate from the top down, and here the flags are only gathered until the leaf, where they become
// what a client of this policy would have found. The alert, or its absence, follows from the final flags.

#include <cstdint>
#include <string>

#include "sim/net/network.hpp"
#include "sim/net/tls_handles.hpp"

namespace epki::sim {

class Verdict {
 public:
  /// Keeps references to all but the host.
  Verdict(const TlsSettings& settings, const TrustPolicy& policy, Certificates& anchors, std::string host);

  /// True when nothing is verified at all: seclevel 0, anchors "unverified", or a knob that trusts anyone is on.
  static bool is_off(const TlsSettings& settings, const TrustPolicy& policy);

  /// For mbedtls_ssl_conf_verify; `self` is a Verdict.
  static int callback(void* self, mbedtls_x509_crt* certificate, int depth, std::uint32_t* flags);

 private:
  struct Path {
    std::uint32_t flags = 0;  ///< of all its certificates together
    int top = 0;              ///< depth of its last certificate; the leaf's is 0
  };

  int judge(mbedtls_x509_crt& leaf, std::uint32_t& flags);
  bool waives_ca_attributes() const;
  std::uint32_t masked_by_knobs() const;
  std::uint32_t name_flag(const mbedtls_x509_crt& leaf, std::uint32_t found) const;
  int verify_without_ca_attributes(const mbedtls_x509_crt& leaf, Path& path) const;
  bool follow_names(const mbedtls_x509_crt& leaf, Path& path) const;

  const TlsSettings& settings_;
  const TrustPolicy& policy_;
  Certificates& anchors_;
  std::string host_;
  Path found_{};
};

}  // namespace epki::sim
