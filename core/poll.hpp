#pragma once
#include "core/clock.hpp"

namespace epki {

/// What poll(2) takes as its timeout to wait until `by`: milliseconds, rounded up, 0 when it has passed.
int milliseconds_until(Deadline by);

}  // namespace epki
