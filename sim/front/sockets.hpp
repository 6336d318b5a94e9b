#pragma once
// The client sockets of one family: AT+QIOPEN's or AT+QSSLOPEN's. Opening, reading and sending happen on workers; all
// else on the modem's loop.

#include <array>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <functional>
#include <memory>
#include <mutex>
#include <string>

#include "sim/front/crew.hpp"
#include "sim/front/inbox.hpp"
#include "sim/front/network_port.hpp"

namespace epki::sim {

struct Socket {
  enum class State : std::uint8_t { unused, opening, open, closed } state = State::unused;
  std::string host{};
  std::uint16_t port = 0;
  int context = 0;      ///< packet context
  int ssl_context = 0;  ///< QSSLOPEN only
  bool push = false;    ///< data goes out with the unsolicited line, else it waits to be fetched
  std::string buffer{};
  bool announced = false;  ///< the host was told that the buffer is not empty
  std::uint64_t sent = 0, received = 0;
  struct Link;  ///< what the threads share
  std::shared_ptr<Link> link{};
  Worker* worker = nullptr;  ///< opens, sends, closes
};

class Sockets {
 public:
  static constexpr int count = 12;
  /// Posts a note that is dropped when the modem has rebooted since.
  using Post = std::function<void(Inbox::Note)>;
  struct Events {
    std::function<void(int id, OpenFailure, Moment)> opened;
    std::function<void(int id, Moment)> arrived;  ///< something is in the buffer
    std::function<void(int id, Moment)> closed;   ///< by the peer
    std::function<void(const std::string&)> log;
  };
  using Opener = std::function<Opened(const std::atomic<bool>& cancel)>;

  Sockets(Crew& crew, Events events) : crew_(crew), events_(std::move(events)) {}

  Socket& operator[](int id) { return all_[static_cast<std::size_t>(id)]; }
  /// `id` must be unused; `described` holds all but the state.
  void open(int id, Socket described, Opener opener, const Post& post);
  /// Calls `done` on the loop with what came of it.
  void send(int id, std::string bytes, const Post& post, std::function<void(bool, Moment)> done);
  /// Up to `most` bytes out of the buffer.
  std::string fetch(int id, std::size_t most);
  void close(int id);
  void close_all();

 private:
  void read_from(int id, const Post& post);
  Crew& crew_;
  Events events_;
  std::array<Socket, count> all_;
};

}  // namespace epki::sim
