#pragma once
#include "cli/open_ca.hpp"

namespace epki::cli {

/// The CA that signs for devices, made first where the project has none: `init` without --mutual made only the broker's
/// root, and device certificates never come from that one. The new keys are encrypted with the passphrase that opens
/// ca/root.key, or with a new one where that key is not here; unencrypted only when that one is, and that is said.
/// Also writes broker/certs/client-ca.pem, for the day the broker asks clients for certificates. Errors of open_ca.
Result<OpenCa> open_or_make_device_ca(const config::Project& project, const PassphraseOptions& options,
                                      ledger::Ledger& ledger, Context& context);

}  // namespace epki::cli
