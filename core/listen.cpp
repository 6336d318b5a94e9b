#include "core/listen.hpp"

#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <cstring>
#include <memory>

namespace epki {

namespace {

Error cannot_listen(const HostPort& where, Transport transport, const std::string& reason) {
  const std::string what = transport == Transport::udp ? " for DNS" : "";
  Error error{Errc::network, "cannot listen on " + text_of(where) + what + ": " + reason,
              "give an address of this machine and a port that is free, or port 0 for any"};
  if (where.port > 0 && where.port < 1024 && errno == EACCES)
    error.hint =
        "ports below 1024 need a right: redirect it (iptables -t nat … REDIRECT), or grant the program "
        "cap_net_bind_service; it needs no other";
  return error;
}

}  // namespace

Result<Descriptor> listen_on(const HostPort& where, Transport transport) {
  addrinfo hints{};
  hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV | AI_PASSIVE;
  hints.ai_socktype = transport == Transport::tcp ? SOCK_STREAM : SOCK_DGRAM;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(where.host.c_str(), std::to_string(where.port).c_str(), &hints, &found);
  if (failure != 0) return cannot_listen(where, transport, ::gai_strerror(failure));
  const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> target(found, ::freeaddrinfo);

  Descriptor fd(::socket(target->ai_family, target->ai_socktype | SOCK_CLOEXEC | SOCK_NONBLOCK, 0));
  const int on = 1;
  if (!fd.valid() || ::setsockopt(fd.get(), SOL_SOCKET, SO_REUSEADDR, &on, sizeof on) != 0 ||
      ::bind(fd.get(), target->ai_addr, target->ai_addrlen) != 0 ||
      (transport == Transport::tcp && ::listen(fd.get(), SOMAXCONN) != 0)) {
    return cannot_listen(where, transport, std::strerror(errno));
  }
  return fd;
}

std::string address_text(const sockaddr_storage& address, socklen_t size) {
  std::array<char, NI_MAXHOST> host{};
  const int failed = ::getnameinfo(reinterpret_cast<const sockaddr*>(&address), size, host.data(), host.size(), nullptr,
                                   0, NI_NUMERICHOST);
  return failed == 0 ? std::string(host.data()) : std::string("unknown");
}

Result<std::uint16_t> port_of(int fd) {
  sockaddr_storage name{};
  socklen_t size = sizeof name;
  if (::getsockname(fd, reinterpret_cast<sockaddr*>(&name), &size) != 0) {
    return Error{Errc::internal, std::string("the listening port cannot be asked for: ") + std::strerror(errno), {}};
  }
  return ntohs(name.ss_family == AF_INET6 ? reinterpret_cast<const sockaddr_in6*>(&name)->sin6_port
                                          : reinterpret_cast<const sockaddr_in*>(&name)->sin_port);
}

}  // namespace epki
