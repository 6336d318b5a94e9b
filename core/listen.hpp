#pragma once
// Sockets that wait for others.

#include <sys/socket.h>

#include <cstdint>
#include <string>

#include "core/connect.hpp"
#include "core/descriptor.hpp"
#include "core/result.hpp"

namespace epki {

enum class Transport : std::uint8_t { tcp, udp };

/// Binds (and with TCP listens), non-blocking. The host is an address of this machine. Errc::network otherwise.
Result<Descriptor> listen_on(const HostPort& where, Transport transport);
/// "192.0.2.7", without the port; "unknown" for what is no Internet address.
std::string address_text(const sockaddr_storage& address, socklen_t size);
/// The port it got.
Result<std::uint16_t> port_of(int fd);

}  // namespace epki
