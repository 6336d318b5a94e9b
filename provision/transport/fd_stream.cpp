#include "provision/transport/fd_stream.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <utility>

#include "core/poll.hpp"

namespace epki::transport {

namespace {

bool try_again(int error_number) {
  return error_number == EAGAIN || error_number == EWOULDBLOCK || error_number == EINTR;
}

bool is_socket(int fd) {
  struct stat facts {};
  return ::fstat(fd, &facts) == 0 && S_ISSOCK(facts.st_mode);
}

/// MSG_NOSIGNAL keeps a closed connection from ending the program; a terminal is no socket and takes write().
ssize_t put(int fd, bool socket, std::span<const std::byte> bytes) {
  return socket ? ::send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL) : ::write(fd, bytes.data(), bytes.size());
}

}  // namespace

Status ByteStream::set_speed(std::int64_t baud) {
  return Error{Errc::usage, name() + " has no line speed that could be set to " + std::to_string(baud), {}};
}

FdStream::FdStream(int fd, std::string name, const Cancel& cancel, std::function<void(int)> before_close)
    : fd_(fd),
      socket_(is_socket(fd)),
      name_(std::move(name)),
      cancel_(cancel),
      before_close_(std::move(before_close)) {}

FdStream::~FdStream() {
  if (before_close_) before_close_(fd_);
  ::close(fd_);
}

Error FdStream::gone(int error_number) const {
  const bool broken = error_number == ECONNRESET || error_number == EPIPE;
  return {Errc::modem_gone, name_ + (broken ? " is gone (connection lost)" : " is gone (unplugged?)"),
          "connect the modem again and run the same command: what was begun is safe to repeat"};
}

Result<FdStream::Woken> FdStream::wait(short events, Deadline by) {
  for (;;) {
    if (cancel_.requested()) return interrupted();
    std::array<pollfd, 2> polled{pollfd{fd_, events, 0}, pollfd{cancel_.fd(), POLLIN, 0}};
    const int n = ::poll(polled.data(), polled.size(), milliseconds_until(by));
    if (n < 0 && errno != EINTR) return Error{Errc::internal, "waiting for " + name_ + " failed", {}};
    // Hang-up and error count as ready: the read or write that follows says which it is.
    if (n > 0 && polled[0].revents != 0) return Woken::ready;
    if (std::chrono::steady_clock::now() >= by) return Woken::deadline;
  }
}

Result<std::size_t> FdStream::read_some(std::span<std::byte> into, Deadline by) {
  // Where nothing is to be waited for, the read itself tells whether there is anything.
  const bool only_look = by <= std::chrono::steady_clock::now();
  for (;;) {
    if (only_look) {
      if (cancel_.requested()) return interrupted();
    } else {
      auto woken = wait(POLLIN, by);
      if (!woken) return std::move(woken).error();
      if (*woken == Woken::deadline) return std::size_t{0};
    }
    const ssize_t got = ::read(fd_, into.data(), into.size());
    if (got > 0) return static_cast<std::size_t>(got);
    // With VMIN 1 a terminal that lives never reads 0 bytes: 0 is a hang-up, as EIO is on a pseudo-terminal.
    if (got == 0) return gone(0);
    if (!try_again(errno)) return gone(errno);
    if (only_look && errno != EINTR) return std::size_t{0};
  }
}

Status FdStream::write_all(std::span<const std::byte> bytes, Deadline by) {
  while (!bytes.empty()) {
    if (cancel_.requested()) return interrupted();
    const ssize_t sent = put(fd_, socket_, bytes);
    if (sent > 0) {
      bytes = bytes.subspan(static_cast<std::size_t>(sent));
      continue;
    }
    if (sent < 0 && !try_again(errno)) return gone(errno);
    auto woken = wait(POLLOUT, by);
    if (!woken) return std::move(woken).error();
    if (*woken == Woken::deadline)
      return Error{Errc::modem_gone, name_ + " takes no more bytes",
                   "flow control may hold the line: check the RTS/CTS wiring, or power-cycle the modem"};
  }
  return success();
}

}  // namespace epki::transport
