#pragma once
// Many end-entity certificates from one pattern. Only the common name, the dates, the serial number and the key differ;
// everything else is pressed from DER that OpenSSL wrote once.

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/builder.hpp"

namespace epki::ossl {

struct Leaf {
  std::string_view common_name;  ///< the whole subject: CN as UTF8String; its length is not checked
  std::span<const std::byte> serial;
  Instant not_before, not_after;
  std::span<const std::byte> public_key;  ///< SubjectPublicKeyInfo, DER
};

/// One thread at a time; a copy for each thread costs little.
class LeafPress {
 public:
  /// `pattern` lists the extensions of every leaf, in their order; its subject, serial and dates are not looked at.
  /// Makes one trial certificate with OpenSSL and compares what would be pressed for it byte for byte: a pattern that
  /// cannot be pressed (an extension that depends on more than the key) is Errc::internal here, never a wrong
  /// certificate later. Other errors as build().
  static Result<LeafPress> make(const CertificateSpec& pattern, const Issuer& issuer);
  LeafPress(const LeafPress& other);
  LeafPress& operator=(const LeafPress&) = delete;
  LeafPress(LeafPress&&) noexcept;
  LeafPress& operator=(LeafPress&&) noexcept;
  ~LeafPress();

  /// The signed certificate, DER. Errc::internal when the issuer's key does not sign, Errc::key when it is on a token
  /// that does not.
  Result<std::vector<std::byte>> press(const Leaf& leaf);

 private:
  struct Impl;
  explicit LeafPress(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::ossl
