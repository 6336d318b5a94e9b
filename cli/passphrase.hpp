#pragma once
// Where the CA passphrase comes from (README, "Passphrases"): a terminal, a file, a descriptor, a command's output, or
// EC200U_PKI_PASSPHRASE. Never the command line itself.

#include <string>
#include <string_view>

#include "cli/command_line.hpp"
#include "cli/context.hpp"
#include "core/secret.hpp"

namespace epki::cli {

struct PassphraseOptions {
  std::optional<std::string> file{}, command{};
  std::optional<std::int64_t> fd{};
};

void add_passphrase_options(Command& command, PassphraseOptions& options);

/// What a new passphrase is for, as the question calls it.
struct NewPassphrase {
  std::string_view what = "the CA key";
  bool needed = true;  ///< false: the command knows --no-passphrase
};

/// The passphrase for something new. On a terminal it is asked twice. Errc::usage when there is no terminal and no
/// option; Errc::key when it is empty or the two do not match.
Result<Secret> new_passphrase(const PassphraseOptions& options, const NewPassphrase& wanted, Context& context);

/// The passphrase of a key that exists; `what` is how the question calls it. On a terminal it is asked once.
Result<Secret> existing_passphrase(const PassphraseOptions& options, std::string_view what, Context& context);

}  // namespace epki::cli
