#pragma once
// What changed between two verdicts: firmwares, variants, or the same modem before and after an update.

#include <string>
#include <vector>

#include "core/json.hpp"
#include "core/result.hpp"

namespace epki::report {

struct Change {
  std::string path;  ///< "mqtt", "ssl"
  std::string what;  ///< "class", "built_in_influence", "policy.hostname", "anchor <subject>", "probe P2"
  std::string before, after;
};

struct Difference {
  std::string before, after;      ///< model and full revision
  std::vector<Change> changes{};  ///< in the order: verdict, policy, anchors, probes
  Json json() const;
  std::string text() const;
};

/// Between two verify documents. Probes are compared by what they answered, not by how often. Errc::input when one is
/// no verify document (the `schema` says so).
Result<Difference> difference(const Json& before, const Json& after);

}  // namespace epki::report
