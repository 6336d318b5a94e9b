#include "core/poll.hpp"

#include <algorithm>
#include <climits>

namespace epki {

int milliseconds_until(Deadline by) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(by - std::chrono::steady_clock::now()).count();
  return static_cast<int>(std::clamp<long long>(left, 0, INT_MAX));
}

}  // namespace epki
