#pragma once
// The real world, constructed once in main and handed to every command.

#include <filesystem>
#include <string>
#include <vector>

#include "cli/command_line.hpp"
#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/random.hpp"
#include "core/reporter.hpp"
#include "core/secret.hpp"

namespace epki::cli {

struct Context {
  Globals globals;
  const Cancel& cancel;
  const Clock& clock;
  RandomSource& random;
  Reporter& reporter;
  std::filesystem::path executable;  ///< of this program: the simulator stands beside it, the oracle's child is itself
  std::optional<Secret> environment_passphrase{};  ///< EC200U_PKI_PASSPHRASE, already taken out of the environment
};

}  // namespace epki::cli
