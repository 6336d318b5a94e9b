#pragma once
// The genuine chains that verify's options name: from files, from folders, from live servers.

#include <optional>
#include <string>
#include <vector>

#include "cli/context.hpp"
#include "core/result.hpp"
#include "verify/trial/trial.hpp"

namespace epki::cli {

struct ChainOptions {
  std::vector<std::string> replay{}, publics{};
  std::optional<std::string> census{}, genuine{}, key{}, roots{};
};

/// Reads them into the setup, and returns every name that the modem will dial for them. Asks the live servers for their
/// chains (Errc::network). The key of --genuine is only read from a file that nobody else may read, or with a warning.
Result<std::vector<std::string>> set_chains(const ChainOptions& options, const Context& context, trial::Setup& setup);

}  // namespace epki::cli
