#include "core/poll.hpp"

#include <algorithm>
#include <climits>

namespace epki {

int milliseconds_until(Deadline by) {
  const auto now = std::chrono::steady_clock::now();
  if (by <= now) return 0;  // before the difference is taken: that of Deadline::min() does not fit
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(by - now).count();
  return static_cast<int>(std::min<long long>(left, INT_MAX));
}

}  // namespace epki
