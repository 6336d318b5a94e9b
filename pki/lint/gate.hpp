#pragma once
// The gate in front of the authority: what breaks an error rule is not issued.

#include <memory>
#include <optional>
#include <string>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/lint/finding.hpp"
#include "pki/ossl/builder.hpp"
#include "pki/ossl/certificate.hpp"
#include "pki/ossl/key.hpp"
#include "pki/profile/profile.hpp"

namespace epki::lint {

/// What a certificate that is to be issued must fit.
struct Terms {
  ossl::Chain issuers;                ///< the issuer first, the root last; empty for a root
  profile::Profile profile;           ///< says what it is for, and what of it is accepted
  Instant at;                         ///< now
  std::optional<std::string> host{};  ///< the name the modems will dial; a server certificate must carry it
};

/// Judges certificates one after the other under the same terms; what concerns the issuers is worked out once. For one
/// thread at a time. Takes some 0.04 ms for each.
class Gate {
 public:
  explicit Gate(Terms terms);
  Gate(Gate&&) noexcept;
  Gate& operator=(Gate&&) noexcept;
  ~Gate();

  /// What lint has to say of this certificate alone, in its place under the issuers. Its signature is not checked:
  /// whoever made it does. With `final` false (a draft, signed by a throw-away key) nothing that depends on the bytes
  /// of the signature is judged either: that the text of a root or a device's certificate can be uploaded (no "+++" in
  /// it).
  Findings judge(const ossl::Certificate& certificate, bool final = true);

  /// Judges before the CA's key is used at all: signs the content with a throw-away key, which this gate makes when it
  /// is first needed and keeps, and judges that. Errors as ossl::build.
  Result<Findings> judge_before_signing(const ossl::CertificateSpec& spec, const ossl::PrivateKey& subject_key);

 private:
  struct Impl;
  std::unique_ptr<Impl> impl_;
};

/// One certificate, as Gate::judge.
Findings check_to_be_issued(const ossl::Certificate& certificate, Terms terms);

/// The refusal, when one of the findings is an error: Errc::input, which rule was broken and where the rule comes from.
Status refuse_errors(const Findings& findings, std::string_view name);

}  // namespace epki::lint
