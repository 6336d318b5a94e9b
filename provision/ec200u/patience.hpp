#pragma once
// How long a result line is waited for, where somebody else can see that it ought to have come.

#include <functional>

#include "core/result.hpp"

namespace epki::ec200u {

/// Asked once a second while a result line (an unsolicited result code) is awaited: false ends the waiting, because the
/// line must be lost. An Error ends it too. Empty: the modem's own time-out is waited for (time_limits.hpp).
using Patience = std::function<Result<bool>()>;

}  // namespace epki::ec200u
