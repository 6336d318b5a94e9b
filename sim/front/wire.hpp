#pragma once
// A serial line's pace, both ways. A pseudo-terminal ignores its baud rate, so the simulator keeps the time: a byte
// takes 10 bits, and each direction is busy until its last byte has passed.

#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>

#include "sim/front/timeline.hpp"

namespace epki::sim {

/// Framing errors: what is read at another speed than it was sent at. 0: a speed that is not known.
std::string read_at(std::string bytes, std::int64_t sent_at, std::int64_t read_at);

class Wire {
 public:
  explicit Wire(std::int64_t baud) : baud_(baud) {}

  void set_baud(std::int64_t baud) { baud_ = baud; }
  std::int64_t baud() const { return baud_; }  ///< 0: not paced

  /// When the last of `bytes` handed over at `now` has arrived at the modem.
  Moment arrival(std::size_t bytes, Moment now);

  /// Queues bytes to the host.
  void send(std::string_view bytes, Moment now);
  /// Bytes sent back one by one while they came in, the last of them at `now`.
  void echo(std::string_view bytes, Moment now);
  /// What has reached the host by `now` and was not taken before, as a host reads it that listens at `host_baud`. A
  /// byte has the speed at which it was sent, however late it is taken.
  std::string take(Moment now, std::int64_t host_baud);
  std::optional<Moment> next() const;
  /// When the last byte queued so far has passed.
  Moment quiet_at() const { return send_free_; }

 private:
  struct Piece {
    Moment due;
    std::string bytes;
    std::int64_t baud = 0;
  };
  std::chrono::nanoseconds span(std::size_t bytes) const;
  std::int64_t baud_;
  Moment receive_free_{}, send_free_{};
  std::deque<Piece> pieces_;
};

}  // namespace epki::sim
