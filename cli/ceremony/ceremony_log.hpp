#pragma once
// What was done with a root's key, by whom and before whom: a file of JSON lines that travels with the medium, each
// line holding the SHA-256 of the one before, and a copy of one's own steps in ca/. The chain shows an altered line by
// the one behind it; what shows the last one altered is a signature in it, by the key that was requested or the root
// that signed, and this machine's ledger, which knows the lines written here.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "config/project.hpp"
#include "core/json.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"
#include "pki/ossl/key.hpp"

namespace epki::cli {

inline constexpr const char* ceremony_log_name = "ceremony-log.jsonl";

/// The persons of a step, from the command line.
struct CeremonyPeople {
  std::optional<std::string> operator_name{};
  std::vector<std::string> witnesses{};
};
void add_people_options(Command& command, CeremonyPeople& people);

/// How many lines a folder's log has; 0 when there is none. Errc::input when a line was altered, taken out or cut: the
/// sentence names it. Warns where nothing vouches for the last line: an import on another machine.
Result<std::size_t> check_ceremony_log(const std::filesystem::path& folder, const config::Project& project,
                                       ledger::Ledger& ledger, Context& context);

/// Success when `file`, on a medium, and a further line of the log beside it can be written. Asked before a key is made
/// or opened: what cannot be handed over is not signed. Errc::disk with the name of `file`.
Status try_room_on_medium(const std::filesystem::path& file);

/// Appends a step to the log in `medium` and the one in `ca`, durable when it returns, and records it in the ledger
/// with the people apart so that they can be redacted there. `facts`: what was requested, signed or taken in. `signer`
/// signs the lines; null where no key is open. The chains of both logs are checked first; errors of that, and
/// Errc::disk: both logs are as they were then, and the ledger knows nothing of it. An import from a medium that cannot
/// be written warns of it.
Status log_ceremony(std::string_view step, const Json& facts, const CeremonyPeople& people,
                    const std::filesystem::path& medium, const std::filesystem::path& ca,
                    const ossl::PrivateKey* signer, ledger::Ledger& ledger, Context& context);

}  // namespace epki::cli
