#pragma once
// What ends soon: the whole ledger, what the broker serves, and the revocation lists.

#include <chrono>
#include <string>
#include <vector>

#include "config/project.hpp"
#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/result.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

struct Due {
  std::string kind;  ///< "root", "issuing", "server", "device", "crl" …
  std::string name;
  std::string serial;  ///< empty for a list
  std::string what;    ///< one sentence, with the remedy
  Instant ends{};
};

/// CAs first, then the broker's, the devices and the lists, each by their end. Superseded and revoked certificates are
/// not due; expired ones that nobody renewed are.
Result<std::vector<Due>> find_due(const config::Project& project, ledger::Ledger& ledger, std::chrono::seconds within,
                                  const Clock& clock, const Cancel& cancel);

}  // namespace epki::cli
