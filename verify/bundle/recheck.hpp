#pragma once
// The verdict of a bundle, concluded once more from its evidence: what the bytes on the wire say, what the oracle says
// today, and what follows. Nothing that was concluded then is taken over.

#include <cstddef>
#include <string>
#include <vector>

#include "core/cancel.hpp"
#include "core/json.hpp"
#include "core/reporter.hpp"
#include "core/result.hpp"
#include "verify/bundle/container.hpp"
#include "verify/bundle/sections.hpp"
#include "verify/oracle/oracle.hpp"

namespace epki::bundle {

struct PathRecheck {
  std::string path;
  Json recorded{}, now{};         ///< the verdicts, as in a verify document
  std::vector<Change> changes{};  ///< of what the verdict claims
  std::vector<Change> words{};    ///< of its sentences alone
};

struct Recheck {
  std::vector<PathRecheck> paths{};
  std::vector<Section> sections{};            ///< beside the verdicts
  std::vector<std::string> disagreements{};   ///< the evidence does not fit itself: a sentence each
  std::vector<std::string> oracle_changes{};  ///< the oracle of today says something else: a sentence each
  std::size_t attempts = 0;                   ///< that a verdict rests on
  std::size_t from_wire = 0;                  ///< of these, read again from the bytes
  std::size_t no_wire = 0;                    ///< nothing arrived at the responder, or nothing was opened
  std::size_t unread = 0;                     ///< a connection without its bytes: taken from the record
  oracle::Version recorded_oracle{}, oracle{};
  Json device{};  ///< of the report

  /// The verdict stands: nothing claimed changes, and the evidence fits itself.
  bool stands() const;
  Json json() const;
  std::string text() const;
};

/// Errc::input where a member cannot be read. Asks the oracle once for each chain and binding: some seconds.
Result<Recheck> recheck(const Opened& bundle, const oracle::Worker& worker, Reporter& reporter, const Cancel& cancel);

}  // namespace epki::bundle
