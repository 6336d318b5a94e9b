#pragma once
// Certificates after their issue: found, listed, revoked, renewed, and serials that nobody can account for.
//
//   ledger::Certificates certificates(book);
//   auto found = certificates.find("861234567890123");

#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "ledger/ledger.hpp"

namespace epki::ledger {

/// RFC 5280, section 5.3.1. removeFromCRL (8) is for delta CRLs only and is not offered; 7 is unused there.
enum class RevocationReason : std::uint8_t {
  unspecified = 0,
  key_compromise = 1,
  ca_compromise = 2,
  affiliation_changed = 3,
  superseded = 4,
  cessation_of_operation = 5,
  certificate_hold = 6,
  privilege_withdrawn = 9,
  aa_compromise = 10,
};

/// The spelling of RFC 5280: "keyCompromise".
std::string_view word(RevocationReason reason);
/// That spelling in any case, with or without hyphens ("key-compromise"); nothing for any other word.
std::optional<RevocationReason> parse_reason(std::string_view text);
/// Of the number in the CRL.
std::optional<RevocationReason> reason_of(std::int64_t number);
/// All words, for help texts.
std::vector<std::string> reason_words();

/// What identifies a certificate: a serial is unique per issuer only.
struct CertificateId {
  std::string issuer;  ///< SHA-256 of the issuer's DER name, hex
  std::string serial;  ///< lower-case hex
  bool operator==(const CertificateId&) const = default;
};

struct Revocation {
  CertificateId id;
  Instant at;
  RevocationReason reason = RevocationReason::unspecified;
};

/// In the order in which they win: a revoked certificate that has also expired is `revoked`. `unsettled` is a serial
/// without a certificate: everything but issuer and serial is empty.
enum class CertificateStatus : std::uint8_t { unsettled, revoked, expired, superseded, valid };
std::string_view word(CertificateStatus status);
std::optional<CertificateStatus> parse_certificate_status(std::string_view text);

struct CertificateRecord {
  std::int64_t position = 0;  ///< ascending in the order of issue; CertificateFilter::after continues there
  IssuedCertificate certificate;
  std::optional<Revocation> revoked{};
  std::optional<CertificateId> renewed_by{};
  CertificateStatus status = CertificateStatus::valid;  ///< at the ledger's clock
};

/// Members left empty do not matter.
struct CertificateFilter {
  std::string kind{};
  std::string issuer{};
  std::string name{};
  std::string imei{};
  std::string batch{};
  std::optional<CertificateStatus> status{};
  std::optional<Instant> expires_before{};  ///< not_after earlier than this, and not expired yet
  std::int64_t after = 0;                   ///< position of the last row of the page before
  std::size_t limit = 0;                    ///< 0: all
};

/// A serial that is in the world and not in the ledger, found after a restore.
struct Unaccounted {
  CertificateId id;
  std::string why;  ///< where it was seen: "in the published CRL 41", …
  Instant at;
};

/// How an unaccounted serial was settled.
enum class Settlement : std::uint8_t {
  revoked,       ///< it is revoked from now on: the safe answer for a certificate nobody knows
  accounted,     ///< its certificate was found and recorded again
  never_issued,  ///< somebody vouches that no certificate with it left the CA
};
std::string_view word(Settlement settlement);

class Certificates {
 public:
  explicit Certificates(Ledger& ledger);

  Result<std::optional<CertificateRecord>> by_id(const CertificateId& id);
  /// Exact matches of a serial, a name, an IMEI or a SHA-256 (hex in any case, colons ignored), newest first, at most
  /// 1000; a serial that is, or was, unaccounted for is found too.
  Result<std::vector<CertificateRecord>> find(std::string_view text);
  /// One page in memory. Errc::ledger when a row cannot be read.
  Result<std::vector<CertificateRecord>> list(const CertificateFilter& filter);
  /// The same without holding them: constant memory, in the order of issue, from a consistent view; other threads and
  /// processes write on meanwhile. `each` returns false to stop; an Error of its own comes out here.
  Status for_each(const CertificateFilter& filter,
                  const std::function<Result<bool>(const CertificateRecord& record)>& each);

  /// All in one transaction; returns how many were not revoked before. Revoked twice keeps the first date and reason.
  /// Errc::ledger when one is not known to this ledger: none is revoked then. `at` of a Revocation is kept as given.
  Result<std::size_t> revoke(std::span<const Revocation> revocations);

  /// Records `successors` as issued and `old` as superseded by them, pair by pair; with a `reason` the old ones are
  /// revoked too. One transaction: what record_issued() promises holds here. This is also the re-issue after an RMA.
  struct Renewal {
    CertificateId old;
    IssuedCertificate successor;
  };
  Status record_renewal(std::span<const Renewal> renewals, std::optional<RevocationReason> reason);

  /// After a restore: from now on record_issued() and all that issues refuse with Errc::ledger until each is settled.
  /// Serials the ledger knows, or that were reported before, are passed over; returns how many were new.
  Result<std::size_t> report_unaccounted(std::span<const Unaccounted> serials);
  Result<std::vector<Unaccounted>> unaccounted();
  /// Errc::ledger when it is not among unaccounted(). `note` is kept in the event (who vouches, and why).
  /// `accounted` needs `found`, the certificate itself; `revoked` takes `reason`.
  struct Settled {
    CertificateId id;
    Settlement how = Settlement::revoked;
    RevocationReason reason = RevocationReason::unspecified;
    std::optional<IssuedCertificate> found{};
    std::string note{};
  };
  Status settle(const Settled& settled);

  struct Counts {
    std::size_t valid = 0, superseded = 0, expired = 0, revoked = 0, unsettled = 0;
  };
  Result<Counts> counts();

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger
