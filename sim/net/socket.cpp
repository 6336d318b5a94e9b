#include "sim/net/socket.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <utility>

namespace epki::sim {

namespace {

using std::chrono::milliseconds;

// A cancel flag has no descriptor to poll, so it is looked at this often.
constexpr milliseconds kLook{50};

bool wait_on(int fd, short events, const Patience& patience) {
  for (;;) {
    const auto left = std::chrono::ceil<milliseconds>(patience.by - std::chrono::steady_clock::now());
    const milliseconds most = patience.cancel != nullptr ? kLook : milliseconds(60000);
    pollfd waiting{fd, events, 0};
    const int ready = ::poll(&waiting, 1, static_cast<int>(std::clamp(left, milliseconds(0), most).count()));
    if (ready > 0) return true;
    if (ready < 0 && errno != EINTR) return true;  // the read or write that follows tells what is wrong
    if (patience.over()) return false;
  }
}

struct Address {
  sockaddr_storage storage{};
  socklen_t length = 0;
};

Address make_address(const std::string& text, std::uint16_t port) {
  Address address;
  sockaddr_in v4{};
  sockaddr_in6 v6{};
  if (::inet_pton(AF_INET, text.c_str(), &v4.sin_addr) == 1) {
    v4.sin_family = AF_INET;
    v4.sin_port = htons(port);
    address.length = sizeof v4;
    std::memcpy(&address.storage, &v4, sizeof v4);
  } else if (::inet_pton(AF_INET6, text.c_str(), &v6.sin6_addr) == 1) {
    v6.sin6_family = AF_INET6;
    v6.sin6_port = htons(port);
    address.length = sizeof v6;
    std::memcpy(&address.storage, &v6, sizeof v6);
  }
  return address;
}

Connected connect_one(const std::string& text, std::uint16_t port, const Patience& patience) {
  const auto failed = [&](OpenFailure failure, std::string_view why) {
    return Connected{.socket = std::nullopt,
                     .failure = failure,
                     .detail = text + " port " + std::to_string(port) + ": " + std::string(why)};
  };
  const Address address = make_address(text, port);
  if (address.length == 0) return failed(OpenFailure::tcp, "not an IP address");
  TcpSocket socket(::socket(address.storage.ss_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0));
  const int fd = socket.descriptor();
  if (fd < 0) return failed(OpenFailure::tcp, std::strerror(errno));
  const int on = 1;
  ::setsockopt(fd, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  if (::connect(fd, reinterpret_cast<const sockaddr*>(&address.storage), address.length) != 0) {
    if (errno != EINPROGRESS) return failed(OpenFailure::tcp, std::strerror(errno));
    if (!wait_on(fd, POLLOUT, patience))
      return patience.cancelled() ? failed(OpenFailure::tcp, "given up") : failed(OpenFailure::timeout, "no answer");
    int number = 0;
    socklen_t size = sizeof number;
    ::getsockopt(fd, SOL_SOCKET, SO_ERROR, &number, &size);
    if (number != 0) return failed(OpenFailure::tcp, std::strerror(number));
  }
  return Connected{.socket = std::move(socket), .failure = OpenFailure::none, .detail = {}};
}

}  // namespace

TcpSocket::TcpSocket(TcpSocket&& other) noexcept : fd_(std::exchange(other.fd_, -1)) {}

TcpSocket& TcpSocket::operator=(TcpSocket&& other) noexcept {
  std::swap(fd_, other.fd_);
  return *this;
}

TcpSocket::~TcpSocket() {
  if (fd_ < 0) return;
  // What lies unread would turn the close into a reset. Bounded: the peer may still be sending.
  std::array<char, 4096> rest{};
  for (int chunks = 0; chunks < 64 && ::recv(fd_, rest.data(), rest.size(), MSG_DONTWAIT) > 0; ++chunks) {
  }
  ::close(fd_);
}

TcpSocket::Transfer TcpSocket::read_now(std::span<char> into) const {
  ssize_t n = 0;
  do n = ::recv(fd_, into.data(), into.size(), MSG_DONTWAIT);
  while (n < 0 && errno == EINTR);
  if (n > 0) return {Outcome::done, static_cast<std::size_t>(n)};
  if (n < 0 && (errno == EAGAIN || errno == EWOULDBLOCK)) return {Outcome::again, 0};
  return {Outcome::closed, 0};
}

TcpSocket::Transfer TcpSocket::write_now(std::string_view bytes) const {
  ssize_t n = 0;
  do n = ::send(fd_, bytes.data(), bytes.size(), MSG_DONTWAIT | MSG_NOSIGNAL);
  while (n < 0 && errno == EINTR);
  if (n >= 0) return {Outcome::done, static_cast<std::size_t>(n)};
  if (errno == EAGAIN || errno == EWOULDBLOCK) return {Outcome::again, 0};
  return {Outcome::closed, 0};
}

bool TcpSocket::wait_readable(const Patience& patience) const {
  return wait_on(fd_, POLLIN, patience);
}

bool TcpSocket::wait_writable(const Patience& patience) const {
  return wait_on(fd_, POLLOUT, patience);
}

void TcpSocket::shut_down() const {
  ::shutdown(fd_, SHUT_RDWR);
}

void TcpSocket::finish(milliseconds limit) const {
  ::shutdown(fd_, SHUT_WR);
  const Patience patience{after(limit)};
  std::array<char, 4096> rest{};
  while (wait_readable(patience) && read_now(rest).outcome != Outcome::closed) {
    if (patience.over()) return;
  }
}

void TcpSocket::reset_at_close() const {
  const linger none{1, 0};
  ::setsockopt(fd_, SOL_SOCKET, SO_LINGER, &none, sizeof none);
}

Connected connect_tcp(Resolver& resolver, std::string_view host, std::uint16_t port, const Patience& patience) {
  const auto addresses = resolver.resolve(host);
  if (addresses.empty())
    return {.socket = std::nullopt, .failure = OpenFailure::name, .detail = std::string(host) + " does not resolve"};
  Connected last;
  for (const auto& address : addresses) {
    if (!resolver.may_connect(address)) {
      last = {.socket = std::nullopt,
              .failure = OpenFailure::tcp,
              .detail = address + " is beyond loopback, and this persona does not allow the network"};
      continue;
    }
    last = connect_one(address, port, patience);
    if (last.socket && resolver.resets_next()) {
      last.socket->reset_at_close();
      last = {.socket = std::nullopt, .failure = OpenFailure::tcp, .detail = address + ": reset (fault)"};
    }
    if (last.socket || patience.over()) break;
  }
  return last;
}

}  // namespace epki::sim
