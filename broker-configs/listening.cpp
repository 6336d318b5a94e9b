#include <netdb.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <string>
#include <utility>

#include "broker-configs/knock.hpp"
#include "broker-configs/mosquitto.hpp"
#include "core/connect.hpp"
#include "core/descriptor.hpp"
#include "core/poll.hpp"

namespace epki::broker {

namespace {

Descriptor socket_for(const addrinfo& at) {
  return Descriptor(::socket(at.ai_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, at.ai_protocol));
}

bool becomes(short event, int fd, Deadline by) {
  pollfd waiting{fd, event, 0};
  int ready = 0;
  do ready = ::poll(&waiting, 1, milliseconds_until(by));
  while (ready < 0 && errno == EINTR);
  return ready == 1;
}

bool connects(const Descriptor& socket, const addrinfo& at, Deadline by) {
  if (!socket.valid()) return false;
  if (::connect(socket.get(), at.ai_addr, at.ai_addrlen) == 0) return true;
  if (errno != EINPROGRESS && errno != EINTR) return false;
  int error = 0;
  socklen_t size = sizeof error;
  return becomes(POLLOUT, socket.get(), by) && ::getsockopt(socket.get(), SOL_SOCKET, SO_ERROR, &error, &size) == 0 &&
         error == 0;
}

// A TLS record with an empty ClientHello: a TLS server answers with an alert (decode_error, RFC 8446, section 6), a
// plain MQTT listener hangs up.
Knock knock_at(const addrinfo& at, Deadline by) {
  constexpr std::array<unsigned char, 9> hello{0x16, 0x03, 0x01, 0x00, 0x04, 0x01, 0x00, 0x00, 0x00};
  const auto socket = socket_for(at);
  if (!connects(socket, at, by)) return Knock::closed;
  if (::send(socket.get(), hello.data(), hello.size(), MSG_NOSIGNAL) < 0) return Knock::hung_up;
  if (!becomes(POLLIN, socket.get(), by)) return Knock::closed;
  std::array<char, 64> answer{};
  return ::recv(socket.get(), answer.data(), answer.size(), 0) > 0 ? Knock::answered : Knock::hung_up;
}

/// Null when the name has no address.
Addresses addresses_of(const std::string& host, std::uint16_t port) {
  auto found = look_up({host, port});
  return found ? *std::move(found) : Addresses();
}

}  // namespace

bool is_listening(const std::string& host, std::uint16_t port, Deadline by) {
  const auto list = addresses_of(host, port);
  for (const auto* at = list.get(); at != nullptr; at = at->ai_next)
    if (const auto socket = socket_for(*at); connects(socket, *at, by)) return true;
  return false;
}

Result<int> connect_tcp(const std::string& host, std::uint16_t port, Deadline by) {
  const auto list = addresses_of(host, port);
  const std::string where = host + ", port " + std::to_string(port);
  if (!list) return Error{Errc::network, host + " is no name or address that is known here", "check the name"};
  for (const auto* at = list.get(); at != nullptr; at = at->ai_next)
    if (auto socket = socket_for(*at); connects(socket, *at, by)) return socket.release();
  return Error{Errc::network, "nothing accepts a connection at " + where, "start the broker, or name where it listens"};
}

std::string numeric_address(const std::string& host, std::uint16_t port, Deadline by) {
  const auto list = addresses_of(host, port);
  for (const auto* at = list.get(); at != nullptr; at = at->ai_next) {
    if (const auto socket = socket_for(*at); !connects(socket, *at, by)) continue;
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      return text.data();
  }
  return {};
}

Knock knock(const std::string& host, std::uint16_t port, Deadline by) {
  const auto list = addresses_of(host, port);
  for (const auto* at = list.get(); at != nullptr; at = at->ai_next)
    if (const auto heard = knock_at(*at, by); heard != Knock::closed) return heard;
  return Knock::closed;
}

}  // namespace epki::broker
