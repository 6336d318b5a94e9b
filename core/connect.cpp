#include "core/connect.hpp"

#include <arpa/inet.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>

#include <array>
#include <cerrno>
#include <memory>
#include <system_error>

#include "core/host_name.hpp"
#include "core/poll.hpp"
#include "core/text.hpp"

namespace epki {

namespace {

/// 0, or why it failed (ETIMEDOUT when the deadline passed).
Result<int> finish_connecting(int fd, Deadline by, const Cancel& cancel) {
  for (;;) {
    if (cancel.requested()) return interrupted();
    std::array<pollfd, 2> polled{pollfd{fd, POLLOUT, 0}, pollfd{cancel.fd(), POLLIN, 0}};
    const int n = ::poll(polled.data(), polled.size(), milliseconds_until(by));
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

namespace {

enum class BareIpv6 : std::uint8_t { refused, taken };

// A zone is the system's to judge ("fe80::1%eth0").
bool is_ipv6(std::string_view text) {
  return text.find(':') != std::string_view::npos && parse_ip_address(text.substr(0, text.find('%'))).has_value();
}

std::optional<HostPort> host_and_port(std::string_view text, BareIpv6 bare) {
  const auto colon = text.rfind(':');
  const auto port = colon == std::string_view::npos ? std::nullopt : parse_integer(text.substr(colon + 1));
  std::string_view host = text.substr(0, colon);
  const bool bracketed = host.starts_with('[') && host.ends_with(']');
  if (bracketed) host = host.substr(1, host.size() - 2);
  if (!port || *port < 0 || *port > 65535 || host.empty() || host.find('\0') != std::string_view::npos)
    return std::nullopt;
  if (!bracketed && host.find(':') != std::string_view::npos && (bare == BareIpv6::refused || !is_ipv6(host)))
    return std::nullopt;
  return HostPort{std::string(host), static_cast<std::uint16_t>(*port)};
}

}  // namespace

Result<HostPort> parse_host_port(std::string_view what, std::string_view text, std::string_view forms) {
  if (auto place = host_and_port(text, BareIpv6::refused)) return *std::move(place);
  return Error{Errc::usage, std::string(what) + " " + std::string(text) + " is not NAME:PORT", std::string(forms)};
}

Result<HostPort> parse_listen(std::string_view what, std::string_view text) {
  if (auto place = host_and_port(text, BareIpv6::taken)) return *std::move(place);
  return Error{Errc::usage, std::string(what) + " " + std::string(text) + " is not ADDR:PORT",
               "write it as 127.0.0.1:8080, [::1]:8080 or localhost:8080"};
}

std::string text_of(const HostPort& place) {
  const bool v6 = place.host.find(':') != std::string::npos;
  return (v6 ? "[" + place.host + "]" : place.host) + ":" + std::to_string(place.port);
}

void FreeAddresses::operator()(addrinfo* list) const noexcept {
  ::freeaddrinfo(list);
}

Result<Addresses> look_up(const HostPort& target) {
  addrinfo wanted{};
  wanted.ai_socktype = SOCK_STREAM;
  wanted.ai_flags = AI_NUMERICSERV;
  addrinfo* found = nullptr;
  const int failure = ::getaddrinfo(target.host.c_str(), std::to_string(target.port).c_str(), &wanted, &found);
  if (failure != 0)
    return Error{Errc::network, "no address for " + target.host + " (" + ::gai_strerror(failure) + ")",
                 "check the spelling and this computer's network"};
  return Addresses(found);
}

Result<std::vector<std::string>> addresses_of(const std::string& host) {
  auto list = look_up({host, 0});
  if (!list) return std::move(list).error();
  std::vector<std::string> all;
  for (const addrinfo* at = list->get(); at != nullptr; at = at->ai_next) {
    std::array<char, NI_MAXHOST> text{};
    if (::getnameinfo(at->ai_addr, at->ai_addrlen, text.data(), text.size(), nullptr, 0, NI_NUMERICHOST) == 0)
      all.emplace_back(text.data());
  }
  return all;
}

Result<Descriptor> connect_tcp(const HostPort& target, Deadline by, const Cancel& cancel) {
  const auto addresses = look_up(target);
  if (!addresses) return addresses.error();
  return connect_to(*addresses, target, by, cancel);
}

Result<Descriptor> connect_to(const Addresses& addresses, const HostPort& target, Deadline by, const Cancel& cancel) {
  int reason = ETIMEDOUT;
  for (const addrinfo* at = addresses.get(); at != nullptr; at = at->ai_next) {
    Descriptor socket(::socket(at->ai_family, at->ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC, at->ai_protocol));
    if (!socket.valid()) {
      reason = errno;
      continue;
    }
    reason = ::connect(socket.get(), at->ai_addr, at->ai_addrlen) == 0 ? 0 : errno;
    if (reason == EINPROGRESS || reason == EINTR) {
      auto connected = finish_connecting(socket.get(), by, cancel);
      if (!connected) return std::move(connected).error();
      reason = *connected;
    }
    if (reason != 0) continue;
    const int on = 1;
    ::setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    return socket;
  }
  return Error{Errc::network, text_of(target) + " cannot be reached: " + std::generic_category().message(reason),
               "check the name, the port and this computer's network"};
}

}  // namespace epki
