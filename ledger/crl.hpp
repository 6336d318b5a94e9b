#pragma once
// What a CRL is made of, which numbers were used, and what was published.

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/certificates.hpp"

namespace epki::ledger {

struct PublishedCrl {
  std::string issuer;       ///< SHA-256 of the issuer's DER name, hex
  std::int64_t number = 0;  ///< RFC 5280, section 5.2.3
  Instant this_update;
  Instant next_update;
  std::string sha256;  ///< of the DER
  std::int64_t entries = 0;
};

struct RevokedEntry {
  std::string serial;  ///< lower-case hex
  Instant at;
  RevocationReason reason = RevocationReason::unspecified;
};

class Crls {
 public:
  explicit Crls(Ledger& ledger);

  /// A number that no CRL of this issuer ever had and that is higher than all: durable before it returns, so that two
  /// processes, or a cut, never use one twice. A number may stay unused.
  Result<std::int64_t> reserve_number(std::string_view issuer);
  /// After a restore: the next reserved number will be at least `least`. Never goes back.
  Status jump_number(std::string_view issuer, std::int64_t least);

  /// Records the CRL before it is written anywhere. Errc::ledger when the number was not reserved or was published.
  Status record(const PublishedCrl& crl);
  /// The one with the highest number.
  Result<std::optional<PublishedCrl>> latest(std::string_view issuer);
  Result<std::vector<PublishedCrl>> all(std::string_view issuer);

  /// Every revoked serial of this issuer by ascending serial text, in constant memory, from a consistent view.
  Status for_each_revoked(std::string_view issuer, const std::function<Status(const RevokedEntry& entry)>& each);
  Result<std::size_t> revoked_count(std::string_view issuer);

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger
