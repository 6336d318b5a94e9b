#pragma once
#include "core/cancel.hpp"
#include "core/clock.hpp"

namespace epki::station {

/// Waits for the deadline or the cancel, whichever comes first. For troubles that nothing tells the end of.
void wait_until(Deadline by, const Cancel& cancel);

}  // namespace epki::station
