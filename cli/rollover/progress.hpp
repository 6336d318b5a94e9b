#pragma once
// How many devices are proven on the root that comes next.

#include <set>
#include <string>

#include "core/result.hpp"
#include "ledger/ledger.hpp"

namespace epki::cli {

struct RolloverProgress {
  std::set<std::string> devices;  ///< every device the ledger knows: IMEIs, and names of valid client certificates
  std::set<std::string> holding;  ///< of those: this root was read back from it, bound or not
  std::set<std::string> proven;   ///< of those: connected while this root was bound, or vouched for

  std::set<std::string> missing() const;
  std::size_t percent() const;  ///< rounded down; 0 without devices
};

inline constexpr const char* rollover_event = "rollover-proven";

/// A device is proven when in its newest run it connected while bound to this root (the SHA-256 of its PEM file), or
/// when a rollover_event names it for this root. One that only holds the file is not: nobody saw it connect with it.
/// Holds all names in memory.
Result<RolloverProgress> rollover_progress(ledger::Ledger& ledger, const std::string& root_file_sha256);

}  // namespace epki::cli
