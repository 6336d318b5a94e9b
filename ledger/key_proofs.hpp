#pragma once
// Which device proved to hold which key: one key, one device.
//
//   ledger::KeyProofs proofs(book);
//   auto judged = proofs.judge({.imei = imei, .id = {issuer, serial}, .sha256 = sha256, .key_sha256 = key});

#include <optional>
#include <string>
#include <vector>

#include "ledger/certificates.hpp"

namespace epki::ledger {

/// A TLS server of ours saw this device sign with the key of this certificate.
struct KeyProof {
  std::string imei;
  CertificateId id;
  std::string sha256;      ///< of the certificate's DER
  std::string key_sha256;  ///< of its subjectPublicKeyInfo: another certificate for the same key is no other key
  Instant at{};            ///< filled by the ledger
};

class KeyProofs {
 public:
  explicit KeyProofs(Ledger& ledger);

  /// Records the proof, or says why it is none, in one transaction with the look at all proofs before it: the
  /// certificate was issued for another device or is revoked, the ledger does not know it, or its serial or key was
  /// proved by another device. The refusal is the returned sentence, and an event `key-proof` keeps it; nothing:
  /// recorded. A device proves itself as often as it likes. While the database is away only this station's own past is
  /// known. Errc::ledger when it cannot be written.
  Result<std::optional<std::string>> judge(const KeyProof& proof);

  /// Of one device, oldest first.
  Result<std::vector<KeyProof>> of(std::string_view imei);

 private:
  Ledger::Impl& impl_;
};

}  // namespace epki::ledger
