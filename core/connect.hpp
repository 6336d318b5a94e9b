#pragma once
// A TCP connection to somebody's server, by name or address.

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "core/cancel.hpp"
#include "core/clock.hpp"
#include "core/descriptor.hpp"
#include "core/result.hpp"

struct addrinfo;

namespace epki {

struct HostPort {
  std::string host;  ///< a name or an address, an IPv6 one without its brackets
  std::uint16_t port = 0;
};

/// "broker.example:8883", "192.0.2.1:443", "[2001:db8::1]:443". Errc::usage otherwise; `what` names the value in the
/// sentence ("--listen"), `forms` is the hint where not all of these will do.
Result<HostPort> parse_host_port(std::string_view what, std::string_view text,
                                 std::string_view forms = "write it as probe.example.com:8884, or [2001:db8::1]:8884");
/// Where something is to listen: the same forms, and an IPv6 address without its brackets, whose port is what stands
/// behind the last colon ("::1:8080"): nobody listens without a port, so the last group cannot be meant. Errc::usage.
Result<HostPort> parse_listen(std::string_view what, std::string_view text);
/// The same text again, an IPv6 address in brackets.
std::string text_of(const HostPort& place);

struct FreeAddresses {
  void operator()(addrinfo* list) const noexcept;
};
/// What the resolver said of a name and a port.
using Addresses = std::unique_ptr<addrinfo, FreeAddresses>;

/// Errc::network when the name has no address. Blocks as long as the system's resolver does: it cannot be cancelled.
Result<Addresses> look_up(const HostPort& target);
/// The second half of connect_tcp(), with the same errors.
Result<Descriptor> connect_to(const Addresses& addresses, const HostPort& target, Deadline by, const Cancel& cancel);

/// The addresses of a name as text, in the resolver's order. Errc::network when there is none. Blocks as long as the
/// system's resolver does: it cannot be cancelled.
Result<std::vector<std::string>> addresses_of(const std::string& host);

/// Connects to the first address that answers; the socket is non-blocking, TCP_NODELAY. Errc::network, with the reason,
/// when none does by then; Errc::interrupted on cancel.
Result<Descriptor> connect_tcp(const HostPort& target, Deadline by, const Cancel& cancel);

}  // namespace epki
