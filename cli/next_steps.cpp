#include "cli/next_steps.hpp"

#include <algorithm>

namespace epki::cli {

std::vector<std::string> next_steps(std::string_view kind, const std::vector<std::pair<std::string, Error>>& failed) {
  if (failed.size() < 2) return {};
  struct Step {
    std::string what, names;
    std::size_t count = 0;
  };
  std::vector<Step> steps;
  for (const auto& [name, error] : failed) {
    const auto what = next_step(error);
    auto at = std::find_if(steps.begin(), steps.end(), [&](const Step& step) { return step.what == what; });
    if (at == steps.end()) at = steps.insert(steps.end(), {what, {}, 0});
    at->names += (at->names.empty() ? "" : ", ") + name;
    ++at->count;
  }
  std::vector<std::string> lines;
  lines.reserve(steps.size());
  for (const auto& step : steps)
    lines.push_back(std::string(kind) + (step.count > 1 ? "s " : " ") + step.names + ": " + step.what);
  return lines;
}

}  // namespace epki::cli
