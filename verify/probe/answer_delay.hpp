#pragma once
#include <chrono>
#include <optional>
#include <vector>

#include "pki/ossl/wire_tap.hpp"

namespace epki::probe {

/// How long the attempt's peer took to answer: from the last bytes that the responder sent to the next that came, by the
/// responder's own monotonic clock. Nothing: no connection of the attempt, none that is kept whole, or the peer's bytes
/// were not the last.
std::optional<std::chrono::microseconds> answer_delay(const std::vector<ossl::WireTap>& connections);

}  // namespace epki::probe
