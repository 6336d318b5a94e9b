#pragma once
// The persona that a verdict describes: a customer's modem, replayed on a desk by the simulator.

#include <string>
#include <string_view>
#include <vector>

#include "core/json.hpp"

namespace epki::report {

/// The text of a persona file (docs/personas.md) from a verify document: model and firmware, both paths' policies, and
/// the names of `built_in` PEM files beside it. Rows that were not established are written as "unknown", which leaves
/// the simulator's default. The IMEI is not taken over.
std::string saved_policy(const Json& document, const std::vector<std::string>& built_in);

}  // namespace epki::report
