#include "sim/front/wire.hpp"

#include <algorithm>

namespace epki::sim {

std::chrono::nanoseconds Wire::span(std::size_t bytes) const {
  if (baud_ == 0) return std::chrono::nanoseconds(0);
  return std::chrono::nanoseconds(static_cast<std::int64_t>(bytes) * 10'000'000'000 / baud_);
}

Moment Wire::arrival(std::size_t bytes, Moment now) {
  receive_free_ = std::max(receive_free_, now) + span(bytes);
  return receive_free_;
}

void Wire::send(std::string_view bytes, Moment now) {
  // A long answer reaches the host piece by piece, as from a UART with a FIFO of this size.
  constexpr std::size_t piece = 64;
  const std::size_t step = baud_ == 0 ? bytes.size() : piece;
  for (std::size_t i = 0; i < bytes.size(); i += step) {
    const auto part = bytes.substr(i, step);
    send_free_ = std::max(send_free_, now) + span(part.size());
    if (baud_ == 0 && !pieces_.empty() && pieces_.back().due == send_free_)
      pieces_.back().bytes += part;
    else
      pieces_.push_back({send_free_, std::string(part), baud_});
  }
}

void Wire::echo(std::string_view bytes, Moment now) {
  send(bytes, now - std::chrono::duration_cast<Moment::duration>(span(bytes.size() - 1)));
}

std::string read_at(std::string bytes, std::int64_t sent_at, std::int64_t read_at) {
  if (sent_at == 0 || read_at == 0 || sent_at == read_at) return bytes;
  for (char& c : bytes) c = static_cast<char>(0x80U | (static_cast<unsigned char>(c) * 37U));
  return bytes;
}

std::string Wire::take(Moment now, std::int64_t host_baud) {
  std::string out;
  while (!pieces_.empty() && pieces_.front().due <= now) {
    out += read_at(std::move(pieces_.front().bytes), pieces_.front().baud, host_baud);
    pieces_.pop_front();
  }
  return out;
}

std::optional<Moment> Wire::next() const {
  if (pieces_.empty()) return std::nullopt;
  return pieces_.front().due;
}

}  // namespace epki::sim
