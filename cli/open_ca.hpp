#pragma once
// The project's CAs, opened for signing: certificate and key read, the passphrase asked for where the key needs one.

#include <optional>

#include "cli/context.hpp"
#include "cli/keyring.hpp"
#include "cli/passphrase.hpp"
#include "config/project.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ca/authority.hpp"

namespace epki::cli {

struct OpenCa {
  ca::Identity identity;   ///< signs end-entity certificates
  ossl::Chain chain{};     ///< what a peer must be shown above an end-entity certificate: issuing CAs, not the root
  ossl::Certificate root;  ///< the trust anchor above it
};

/// The CA that signs for `purpose`: with ca.issuing the issuing CA, of several the newest whose key is here, else the
/// root; for clients the devices' own.
/// Errc::input when it is missing or does not parse, Errc::key when key and certificate do not belong together or the
/// passphrase is wrong. Asks on a terminal where no option says otherwise; Errc::usage without one.
Result<OpenCa> open_ca(const config::Project& project, ca::Purpose purpose, const PassphraseOptions& options,
                       Context& context);

/// The same with keys that this command opens one after the other.
Result<OpenCa> open_ca(const config::Project& project, ca::Purpose purpose, Keyring& keyring);

/// Errc::ledger when the ledger does not know this CA: it was lost, or is another project's. Which serials were used
/// and which certificates are revoked is not known either then, and a list signed from it would let revoked devices in.
/// A database that holds no certificate at all is taken as it is: a project that moves there without `ledger copy`.
Status check_known(const config::Project& project, const ossl::Certificate& ca, ledger::Ledger& ledger);

/// Reads a key file of ours, asking for its passphrase only when it is encrypted. `what` is how errors call it.
Result<ossl::PrivateKey> open_key(const std::filesystem::path& file, std::string_view what,
                                  const PassphraseOptions& options, Context& context);

}  // namespace epki::cli
