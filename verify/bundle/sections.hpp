#pragma once
// What a report says beside its verdicts - the acceptance table, the sweep of settings, live servers - concluded again
// as far as the bundle's bytes go, and said where they do not.

#include <cstddef>
#include <string>
#include <vector>

#include "core/json.hpp"
#include "verify/bundle/reading_again.hpp"

namespace epki::bundle {

/// One thing that is not as it was recorded.
struct Change {
  std::string what, recorded, now;
};

struct Section {
  std::string name;            ///< "acceptance.mqtt", "mitigation.ssl", "live.mqtt"
  std::size_t again = 0;       ///< entries concluded again from the evidence
  std::size_t taken_over = 0;  ///< entries that stand as recorded, because the bundle has nothing to conclude them from
  std::string why{};           ///< why, where any was taken over: a clause
  std::vector<Change> changes{};
  Json json() const;
};

/// Each section that the report has. After all exhibits were taken.
std::vector<Section> sections_again(const Json& report, const ReadingAgain& again);

}  // namespace epki::bundle
