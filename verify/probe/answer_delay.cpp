#include "verify/probe/answer_delay.hpp"

#include <algorithm>

namespace epki::probe {

std::optional<std::chrono::microseconds> answer_delay(const std::vector<ossl::WireTap>& connections) {
  const auto own =
      std::find_if(connections.begin(), connections.end(), [](const ossl::WireTap& tap) { return tap.of_the_attempt; });
  if (own == connections.end() || own->cut) return std::nullopt;
  const auto& pieces = own->pieces;
  const auto sent =
      std::find_if(pieces.rbegin(), pieces.rend(), [](const ossl::WireTap::Piece& piece) { return !piece.from_peer; });
  if (sent == pieces.rend() || sent == pieces.rbegin()) return std::nullopt;
  return std::prev(sent)->after - sent->after;
}

}  // namespace epki::probe
