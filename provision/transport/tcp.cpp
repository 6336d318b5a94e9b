#include <fcntl.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <cerrno>
#include <memory>
#include <string>
#include <system_error>

#include "provision/transport/byte_stream.hpp"
#include "provision/transport/fd_stream.hpp"

namespace epki::transport {

namespace {

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept { ::freeaddrinfo(list); }
};
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// Not bounded by a deadline beyond the resolver's own: the C library offers none that can be cancelled.
Result<Addresses> look_up(const std::string& host, std::uint16_t port, const std::string& name) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(host.c_str(), std::to_string(port).c_str(), &wanted, &found);
  if (failure != 0)
    return Error{Errc::modem_gone, name + ": no address for " + host + " (" + ::gai_strerror(failure) + ")",
                 "check the spelling, or give the address itself"};
  return Addresses(found);
}

/// 0, or why it failed (ETIMEDOUT when the deadline passed).
Result<int> finish_connecting(int fd, Deadline by, const Cancel& cancel) {
  for (;;) {
    if (cancel.requested()) return interrupted();
    std::array<pollfd, 2> polled{pollfd{fd, POLLOUT, 0}, pollfd{cancel.fd(), POLLIN, 0}};
    const int n = ::poll(polled.data(), polled.size(), poll_timeout(by));
    if (n < 0 && errno != EINTR) return errno;
    if (n > 0 && polled[0].revents != 0) {
      int reason = 0;
      socklen_t size = sizeof reason;
      ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &reason, &size);
      return reason;
    }
    if (std::chrono::steady_clock::now() >= by) return ETIMEDOUT;
  }
}

}  // namespace

Result<std::unique_ptr<ByteStream>> open_tcp(const std::string& host, std::uint16_t port, Deadline by,
                                             const Cancel& cancel) {
  const bool v6 = host.find(':') != std::string::npos;
  const std::string name = "tcp:" + (v6 ? "[" + host + "]" : host) + ":" + std::to_string(port);
  auto addresses = look_up(host, port, name);
  if (!addresses) return std::move(addresses).error();
  int reason = ETIMEDOUT;
  for (const addrinfo* at = addresses->get(); at != nullptr; at = at->ai_next) {
    const int fd = ::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol);
    if (fd < 0) {
      reason = errno;
      continue;
    }
    auto stream = std::make_unique<FdStream>(fd, name, cancel);
    reason = ::connect(fd, at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS || reason == EINTR) {
      auto connected = finish_connecting(fd, by, cancel);
      if (!connected) return std::move(connected).error();
      reason = *connected;
    }
    if (reason != 0) continue;
    const int on = 1;
    ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return std::unique_ptr<ByteStream>(std::move(stream));
  }
  return Error{Errc::modem_gone, name + " cannot be reached: " + std::generic_category().message(reason),
               "check that the serial server or emulator runs there and listens on that port"};
}

}  // namespace epki::transport
