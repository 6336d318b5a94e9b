#pragma once
// The clients that broker test sends to the door. Minted in memory, valid for a day, named epki-test-…, noted in the
// ledger; none is written anywhere.

#include "broker-configs/smoke/smoke.hpp"
#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "config/project.hpp"
#include "core/result.hpp"

namespace epki::cli {

struct TestIdentityFiles {
  std::optional<std::string> certificate{}, key{};  ///< a device's own; without `key` both are in one file
  std::optional<std::string> revoked{};             ///< certificate and key of a revoked device, one file
};

struct TestIdentities {
  broker::Candidate good, other, wrong_ca, expired, revoked;
};

/// With files, the good client is theirs and the CA's key stays closed. Otherwise the device CA is opened, asking for
/// its passphrase as other commands do; where there is nobody to ask, the cases that need it are left out and say so.
/// Errc::key for a wrong passphrase, Errc::input for files that do not hold what they should.
Result<TestIdentities> test_identities(const config::Project& project, const TestIdentityFiles& files,
                                       const PassphraseOptions& passphrase, Context& context);

}  // namespace epki::cli
