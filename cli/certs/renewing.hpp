#pragma once
// Successors for certificates that end.

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "cli/passphrase.hpp"
#include "core/result.hpp"

namespace epki::cli {

struct RenewOptions {
  std::optional<std::string> key{}, out{};
  std::optional<std::int64_t> days{};
  bool keep_key = false, revoke = false;
  PassphraseOptions passphrase{};
};

struct Renewed {
  std::string name, serial, sha256;
  std::string supersedes;  ///< serial; empty when the ledger knew no predecessor
  Instant not_after;
  std::filesystem::path certificate, key;
};

/// A new certificate for what [broker] names, recorded, then put into broker/certs. A run that was cut between is
/// completed by the next. Errors of open_ca and replace_broker_files; Errc::input when lint refuses it.
Result<Renewed> renew_server(const RenewOptions& options, Context& context);

/// New certificates for devices, in the order of the names; the old files are kept beside under their serial.
/// Errc::input for a name the ledger has no certificate of, before anything is made.
Result<std::vector<Renewed>> renew_clients(const std::vector<std::string>& names, const RenewOptions& options,
                                           Context& context);

}  // namespace epki::cli
