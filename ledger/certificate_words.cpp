#include <algorithm>
#include <array>

#include "core/text.hpp"
#include "ledger/certificates.hpp"

namespace epki::ledger {

namespace {

// RFC 5280, section 5.3.1.
constexpr std::array reasons{RevocationReason::unspecified,      RevocationReason::key_compromise,
                             RevocationReason::ca_compromise,    RevocationReason::affiliation_changed,
                             RevocationReason::superseded,       RevocationReason::cessation_of_operation,
                             RevocationReason::certificate_hold, RevocationReason::privilege_withdrawn,
                             RevocationReason::aa_compromise};

constexpr std::array statuses{CertificateStatus::unsettled, CertificateStatus::revoked, CertificateStatus::expired,
                              CertificateStatus::superseded, CertificateStatus::valid};

std::string letters_of(std::string_view text) {
  std::string letters = lower(text);
  std::erase_if(letters, [](char c) { return c == '-' || c == '_'; });
  return letters;
}

}  // namespace

std::string_view word(RevocationReason reason) {
  switch (reason) {
    case RevocationReason::unspecified: return "unspecified";
    case RevocationReason::key_compromise: return "keyCompromise";
    case RevocationReason::ca_compromise: return "cACompromise";
    case RevocationReason::affiliation_changed: return "affiliationChanged";
    case RevocationReason::superseded: return "superseded";
    case RevocationReason::cessation_of_operation: return "cessationOfOperation";
    case RevocationReason::certificate_hold: return "certificateHold";
    case RevocationReason::privilege_withdrawn: return "privilegeWithdrawn";
    case RevocationReason::aa_compromise: return "aACompromise";
  }
  return "";
}

std::optional<RevocationReason> parse_reason(std::string_view text) {
  const auto letters = letters_of(text);
  for (const auto reason : reasons)
    if (letters_of(word(reason)) == letters) return reason;
  return std::nullopt;
}

std::vector<std::string> reason_words() {
  std::vector<std::string> words;
  words.reserve(reasons.size());
  for (const auto reason : reasons) words.emplace_back(word(reason));
  return words;
}

std::optional<RevocationReason> reason_of(std::int64_t number) {
  for (const auto reason : reasons)
    if (static_cast<std::int64_t>(reason) == number) return reason;
  return std::nullopt;
}

std::string_view word(CertificateStatus status) {
  switch (status) {
    case CertificateStatus::unsettled: return "unsettled";
    case CertificateStatus::revoked: return "revoked";
    case CertificateStatus::expired: return "expired";
    case CertificateStatus::superseded: return "superseded";
    case CertificateStatus::valid: return "valid";
  }
  return "";
}

std::optional<CertificateStatus> parse_certificate_status(std::string_view text) {
  for (const auto status : statuses)
    if (word(status) == text) return status;
  return std::nullopt;
}

std::string_view word(Settlement settlement) {
  switch (settlement) {
    case Settlement::revoked: return "revoked";
    case Settlement::accounted: return "accounted";
    case Settlement::never_issued: return "never-issued";
  }
  return "";
}

}  // namespace epki::ledger
