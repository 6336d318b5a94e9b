#include "sim/front/timeline.hpp"

#include <algorithm>

namespace epki::sim {

Timeline::Id Timeline::at(Moment due, Event event) {
  events_.emplace(std::pair(due, ++last_), std::move(event));
  return last_;
}

void Timeline::cancel(Id id) {
  const auto found =
      std::find_if(events_.begin(), events_.end(), [id](const auto& entry) { return entry.first.second == id; });
  if (found != events_.end()) events_.erase(found);
}

void Timeline::clear() {
  events_.clear();
}

std::optional<Moment> Timeline::next() const {
  if (events_.empty()) return std::nullopt;
  return events_.begin()->first.first;
}

void Timeline::run(Moment now) {
  while (!events_.empty() && events_.begin()->first.first <= now) {
    auto node = events_.extract(events_.begin());
    node.mapped()(node.key().first);
  }
}

}  // namespace epki::sim
