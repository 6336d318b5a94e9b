#pragma once
// For this room's own files: what a Certificate and a PrivateKey hold.

#include <cstddef>
#include <string>
#include <vector>

#include "pki/ossl/certificate.hpp"
#include "pki/ossl/handles.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

/// Immutable once made, so that copies of a Certificate may be used by several threads.
struct Certificate::Impl {
  CertificateHandle handle;
  std::vector<std::byte> der;  ///< as it came, never re-encoded

  int version = 0;
  std::string subject, issuer, common_name, serial, key, digest;
  Instant not_before, not_after;
  std::vector<std::string> dns_names, ip_addresses;
  bool is_ca = false;
  std::vector<std::byte> subject_der, issuer_der;
};

struct PrivateKey::Impl {
  KeyHandle handle;
};

/// Borrowed: valid as long as a copy of the value lives.
inline X509* native(const Certificate& certificate) {
  return certificate.impl().handle.get();
}
inline EVP_PKEY* native(const PrivateKey& key) {
  return key.impl().handle.get();
}

/// "rsa-2048", "ec-p256", else OpenSSL's name.
std::string name_of(const EVP_PKEY* key);

}  // namespace epki::ossl
