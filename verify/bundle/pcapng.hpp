#pragma once
// Connections as a capture file (pcapng, draft-ietf-opsawg-pcapng) that Wireshark and tcpdump open. The bytes are those
// that the responder received and sent; the packets around them are made up, for a responder sees no packets: addresses
// for documentation (RFC 5737), and one packet for each read and each send.

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/clock.hpp"
#include "core/result.hpp"
#include "pki/ossl/wire_tap.hpp"

namespace epki::bundle {

struct Connection {
  Instant at{};           ///< when the server was armed for it
  std::string comment{};  ///< of its first packet: which attempt it is
  ossl::WireTap tap{};
};

/// Connection n has a client address and port of its own, which follow from n. `port` is the server's.
std::string write_capture(const std::vector<Connection>& connections, std::uint16_t port);

/// Such a file back, in the order of n; other captures are refused. Errc::input says where it stops making sense: a
/// block or packet that is cut, bytes that are missing from a stream.
Result<std::vector<Connection>> read_capture(std::string_view bytes);

}  // namespace epki::bundle
