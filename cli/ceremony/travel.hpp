#pragma once
// An issuing CA's way to its root and back over a removable medium: request here, sign there, import here.

#include <filesystem>
#include <string>

#include "cli/ceremony/ceremony_log.hpp"
#include "cli/passphrase.hpp"
#include "core/result.hpp"

namespace epki::cli {

struct CaRequest {
  std::optional<std::string> purpose{}, label{}, key{}, out{}, hsm{};
  bool no_passphrase = false;
  CeremonyPeople people{};
  PassphraseOptions passphrase{};
};

/// Makes a key in ca/ and its request on the medium. Blocks while the key is made.
Result<Outcome> request_ca(const CaRequest& options, Context& context);

struct CaSigning {
  std::string file{};
  std::optional<std::string> out{}, expect{};
  std::optional<std::int64_t> days{};
  CeremonyPeople people{};
  PassphraseOptions passphrase{};
};

/// Signs a request with the root's key. A request that was signed before gets the same certificate again: a medium that
/// was full or pulled out costs nothing but another run.
Result<Outcome> sign_ca(const CaSigning& options, Context& context);

struct CaImport {
  std::string file{};
  CeremonyPeople people{};
};

/// Takes the certificate in. Doing it twice is fine.
Result<Outcome> import_ca(const CaImport& options, Context& context);

}  // namespace epki::cli
