#pragma once
// What really went over one connection, both ways, for a record that others can read: a copy, bounded.

#include <chrono>
#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"

namespace epki::ossl {

struct WireTap {
  /// Bytes of one read or one send. `after`: since the connection was accepted; a read's is when it was over, a send's
  /// when it began, because the peer may have worked on it for long before a busy machine lets its sender go on.
  struct Piece {
    bool from_peer = false;
    std::chrono::microseconds after{};
    std::string bytes{};
  };
  /// Of a connection, both ways together: a handshake with the longest chain of the trust cases takes 30 KiB. A peer
  /// that sends byte by byte is cut off as well.
  static constexpr std::size_t most_bytes = 64U << 10U, most_pieces = 512;

  std::vector<Piece> pieces{};
  bool cut = false;  ///< more went over than is kept here
  bool closed_by_peer = false, reset_by_peer = false;
  bool of_the_attempt = false;  ///< not a stray, nor one that never came to a ClientHello
  bool afterwards = false;      ///< a look at plain TCP once the attempt was over
  Deadline accepted = monotonic_now();

  void take(bool from_peer, std::string_view bytes, Deadline at = monotonic_now()) {
    size_ += bytes.size();
    cut = cut || size_ > most_bytes || (pieces.size() == most_pieces && !bytes.empty());
    if (cut || bytes.empty()) return;
    pieces.push_back(
        {from_peer, std::chrono::duration_cast<std::chrono::microseconds>(at - accepted), std::string(bytes)});
  }

 private:
  std::size_t size_ = 0;
};

}  // namespace epki::ossl
