#pragma once
// The station's CA for devices: opened at the start for a time and a number of certificates, shut and wiped from memory
// when either is used up, opened again on the page.

#include <memory>

#include "cli/client_issuer.hpp"
#include "config/job.hpp"
#include "ledger/ledger.hpp"
#include "provision/station/signing.hpp"

namespace epki::cli {

/// Whether other accounts could read the key that signs for devices: Errc::key with the remedy. A root's key beside an
/// issuing CA is a warning: it belongs offline.
Status check_custody(const config::Project& project, Context& context);

class LineSigning final : public station::Signing {
 public:
  /// Opens the CA, asking for the passphrase where no option says it. Keys are encrypted under `key_password`; null:
  /// they are not. Errors of open_client_issuer(). The project, the job and the context must outlive it.
  static Result<std::unique_ptr<LineSigning>> open(const config::Project& project, const config::Job& job,
                                                   const PassphraseOptions& passphrase,
                                                   std::shared_ptr<const Secret> key_password, Context& context);

  Result<plan::IssuedClient> issue(const std::string& name, const ec200u::Identity& device);
  station::SigningStanding standing() const override { return window_.standing(); }
  Status unlock(const Secret& passphrase, const std::string& who) override;
  /// Where locking and unlocking are recorded.
  void record_in(ledger::Ledger& ledger) { ledger_ = &ledger; }

 private:
  LineSigning(const config::Project& project, const config::Job& job, Context& context);
  void shut(const Error& why);

  const config::Project& project_;
  Context& context_;
  station::SigningWindow window_;
  std::size_t keys_ahead_;
  std::shared_ptr<const Secret> key_password_{};
  ledger::Ledger* ledger_ = nullptr;
  std::mutex mutex_;
  plan::IssueClient issue_{};  ///< empty: locked; the key is in memory as long as this is
};

}  // namespace epki::cli
