#pragma once
// Certificate revocation lists (RFC 5280, 5): made, read back, checked. For the dates alone see revocation_list.hpp.

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"

namespace epki::ossl {

struct CrlEntry {
  std::string serial;  ///< hex
  Instant at;
  int reason = 0;  ///< RFC 5280, 5.3.1; 0 is left out of the list, as the RFC advises
};

/// A list as a value. Copies share it.
class Crl {
 public:
  /// Exactly one list, PEM or DER. Errc::input otherwise, and when it has no dates.
  static Result<Crl> read(std::string_view bytes);
  /// Every list of a PEM text, in its order.
  static Result<std::vector<Crl>> read_all(std::string_view pem);

  std::string pem() const;
  std::string sha256() const;  ///< of the DER
  std::string issuer() const;  ///< RFC 4514
  std::vector<std::byte> issuer_der() const;
  Instant this_update() const;
  /// Nothing where the list names none (RFC 5280 wants one).
  std::optional<Instant> next_update() const;
  std::optional<std::int64_t> number() const;  ///< nothing when it has none, or one beyond 63 bits
  std::size_t entries() const;
  bool signed_by(const Certificate& issuer) const;
  /// In the list's order.
  Status for_each(const std::function<Status(const CrlEntry& entry)>& each) const;

  struct Impl;
  explicit Crl(std::shared_ptr<const Impl> impl) : impl_(std::move(impl)) {}

 private:
  std::shared_ptr<const Impl> impl_;
};

struct CrlSpec {
  Instant this_update, next_update;
  std::int64_t number = 0;  ///< 5.2.3
};

/// Collects entries, some 600 bytes each, then signs.
class CrlBuilder {
 public:
  static Result<CrlBuilder> begin(const CrlSpec& spec, const Certificate& issuer);
  CrlBuilder(CrlBuilder&&) noexcept;
  CrlBuilder& operator=(CrlBuilder&&) noexcept;
  ~CrlBuilder();

  /// Errc::internal for a serial that is no hex, or when OpenSSL refuses it.
  Status add(const CrlEntry& entry);
  /// With authority key identifier and number (RFC 5280, 5.2.1 and 5.2.3), signed with SHA-256, the signature verified.
  Result<Crl> sign(const PrivateKey& key) &&;

 private:
  struct Impl;
  explicit CrlBuilder(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace epki::ossl
