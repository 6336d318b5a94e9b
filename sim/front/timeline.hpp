#pragma once
// What is to happen later. Time is an argument: nothing here reads a clock.

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <utility>

namespace epki::sim {

using Moment = std::chrono::steady_clock::time_point;

class Timeline {
 public:
  using Event = std::function<void(Moment)>;
  using Id = std::uint64_t;

  Id at(Moment due, Event event);
  void cancel(Id id);
  void clear();
  std::optional<Moment> next() const;

  /// Runs what is due, earliest first, and gives each its own due moment as the time. An event may add events.
  void run(Moment now);

 private:
  std::map<std::pair<Moment, Id>, Event> events_;
  Id last_ = 0;
};

}  // namespace epki::sim
