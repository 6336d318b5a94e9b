#include "core/text.hpp"
#include "tests/fuzz/targets.hpp"
#include "verify/probe/relay_view.hpp"

namespace epki::fuzz {

/// The first byte of each piece says whose it is and how long: so both sides are cut anywhere.
void relayed_bytes(std::string_view bytes) {
  probe::RelayView view;
  while (!bytes.empty()) {
    const auto head = static_cast<unsigned char>(bytes.front());
    bytes.remove_prefix(1);
    const auto piece = as_bytes(bytes.substr(0, 1 + (head & 0x7fU) * 8U));
    (head & 0x80U) != 0 ? view.from_server(piece) : view.from_client(piece);
    bytes.remove_prefix(piece.size());
  }
  view.client_closed(false);
}

}  // namespace epki::fuzz
