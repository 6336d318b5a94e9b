#pragma once
// A TCP socket that never blocks by itself: every wait has an end and can be called off.

#include <atomic>
#include <chrono>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "core/clock.hpp"
#include "sim/net/network.hpp"

namespace epki::sim {

/// What ends a wait early: a moment, and a flag that another thread may raise.
struct Patience {
  Deadline by;
  const std::atomic<bool>* cancel = nullptr;

  bool over() const { return cancelled() || std::chrono::steady_clock::now() >= by; }
  bool cancelled() const { return cancel != nullptr && cancel->load(); }
};

class TcpSocket {
 public:
  enum class Outcome : std::uint8_t { done, again, closed };
  struct Transfer {
    Outcome outcome = Outcome::closed;
    std::size_t count = 0;
  };

  explicit TcpSocket(int fd) : fd_(fd) {}
  int descriptor() const { return fd_; }
  TcpSocket(TcpSocket&& other) noexcept;
  TcpSocket& operator=(TcpSocket&& other) noexcept;
  ~TcpSocket();

  /// One read or write that does not wait. `again`: nothing to read, or no room.
  Transfer read_now(std::span<char> into) const;
  Transfer write_now(std::string_view bytes) const;

  /// True when a read (or a write) would no longer give `again`.
  bool wait_readable(const Patience& patience) const;
  bool wait_writable(const Patience& patience) const;

  /// Ends both directions; wakes a thread that waits. The descriptor stays until the destructor.
  void shut_down() const;
  /// Sends FIN and swallows what the peer still sends, until its FIN or at most `limit`: closing over unread bytes
  /// would send RST, which can overtake an alert.
  void finish(std::chrono::milliseconds limit) const;
  /// Makes the close that follows a reset (RST instead of FIN).
  void reset_at_close() const;

 private:
  int fd_;
};

struct Connected {
  std::optional<TcpSocket> socket{};
  OpenFailure failure = OpenFailure::none;
  std::string detail{};
};

/// Resolves and connects to the first address that answers, with TCP_NODELAY: a handshake of small records waits 40 ms
/// for a delayed acknowledgement without it.
Connected connect_tcp(Resolver& resolver, std::string_view host, std::uint16_t port, const Patience& patience);

}  // namespace epki::sim
